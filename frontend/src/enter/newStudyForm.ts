import type { StudyForm } from '../shell/app';
import { currentTimeZone } from '../store/clock';

/** A new study as most begin: both languages, everything coded in the field, the heuristic start. */
export function newStudyForm(): StudyForm {
  return {
    title: '',
    time_zone: currentTimeZone(),
    languages: ['en', 'da'],
    field_mode: 'structures',
    starter: 'heuristic-four',
  };
}

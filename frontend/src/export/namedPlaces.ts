/** Where a name was found, in words, and the way there. */
import type { NamedPlace } from '../fieldwork/keysheet/searchTexts';
import { memosPlace } from '../fieldwork/memos';
import { encounterName } from '../fieldwork/naming';
import { dayName, dayOf } from '../fieldwork/when';
import { m } from '../i18n/paraglide/messages.js';
import type { App } from '../shell/app';
import { clockTime } from '../store/clock';
import type { SubjectType } from '../store/subjects';

/** So many letters on both sides of a name say which place it is. */
const AROUND = 40;

export function encounterAt({ notebook }: App, { type, id }: NamedPlace): string | null {
  if (type === 'encounter') return id;
  if (type !== 'entry' && type !== 'fieldnote' && type !== 'gap') return null;
  return notebook.get(type, id)?.fields.encounter_id ?? null;
}

export function hrefOf(app: App, place: NamedPlace): string {
  const encounter_id = encounterAt(app, place) ?? '';
  const ways: Record<SubjectType, string> = {
    study: '#/terms',
    codebook: '#/codebook/versions',
    code: '#/codebook',
    actor: '#/people',
    consent: '#/people',
    encounter: `#/encounter/${encounter_id}`,
    gap: `#/encounter/${encounter_id}`,
    entry: `#/entry/${place.id}`,
    fieldnote: `#/write/${encounter_id}`,
    memo: memosPlace([{ type: 'memo', id: place.id }]),
  };
  return ways[place.type];
}

/** `Monday 2 March 14:06 · Visit 3 · words, an earlier wording` */
export function placeName(app: App, place: NamedPlace): string {
  const id = encounterAt(app, place);
  const encounter = id ? app.notebook.get('encounter', id) : undefined;
  const at = (place.type === 'entry' ? app.notebook.get('entry', place.id) : encounter)?.fields.started_at;
  const what = place.isEarlier ? m.key_sheet_place_earlier({ what: kindOf(app, place) }) : kindOf(app, place);
  return [at && `${dayName(dayOf(at), app.locale)} ${clockTime(at)}`, encounter && encounterName(app, encounter), what].filter(Boolean).join(' · ');
}

function kindOf({ notebook }: App, { type, id }: NamedPlace): string {
  const isReflection = type === 'entry' && notebook.get('entry', id)?.fields.kind === 'reflection';
  const names: Record<SubjectType, () => string> = {
    study: m.key_sheet_place_study,
    codebook: m.key_sheet_place_codebook,
    code: m.key_sheet_place_codebook,
    actor: m.key_sheet_place_actor,
    consent: m.key_sheet_place_consent,
    encounter: m.key_sheet_place_encounter,
    gap: m.key_sheet_place_gap,
    entry: isReflection ? m.key_sheet_place_reflection : m.key_sheet_place_entry,
    fieldnote: m.key_sheet_place_fieldnote,
    memo: m.key_sheet_place_memo,
  };
  return names[type]();
}

/** The names with some words around them. */
export function aroundNames({ text, hints }: NamedPlace): string[] {
  const parts: { from: number; to: number }[] = [];
  for (const { from, to } of hints) {
    const [begin, end] = [atBlank(text, from - AROUND, -1), atBlank(text, to + AROUND, 1)];
    const last = parts.at(-1);
    if (last && begin <= last.to) last.to = end;
    else parts.push({ from: begin, to: end });
  }
  return parts.map(({ from, to }) => text.slice(from, to).trim());
}

/** No word is cut in two: a cut one may look like another. */
function atBlank(text: string, at: number, step: 1 | -1): number {
  let place = Math.max(0, Math.min(text.length, at));
  while (place > 0 && place < text.length && !/\s/.test(text.charAt(place))) place += step;
  return place;
}

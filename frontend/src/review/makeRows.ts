import { actionName, codebookOf, encounterName, entryCodes, structureName } from '../fieldwork/naming';
import { actorName } from '../fieldwork/people';
import { dayOf } from '../fieldwork/when';
import { findCode, labelOf } from '../fieldwork/codes';
import { m } from '../i18n/paraglide/messages.js';
import type { App } from '../shell/app';
import { clockTime } from '../store/clock';
import type { EntrySubject } from '../store/subjects';
import type { Row } from './rows';

/** All entries on this device as rows, newest encounter last, in stream order. */
export function makeRows(app: App): Row[] {
  const encounters = app.live((notebook) => notebook.list('encounter').filter((one) => !one.retracted));
  encounters.sort((a, b) => Date.parse(a.fields.started_at) - Date.parse(b.fields.started_at));
  return encounters.flatMap((encounter) => {
    const name = encounterName(app, encounter);
    const observer = encounter.fields.observer ?? encounter.author;
    const entries = app.live((notebook) => notebook.entriesOf(encounter.id));
    return entries.map((entry) => makeRow(app, entry, name, observer));
  });
}

function makeRow(app: App, entry: EntrySubject, encounter: string, observer: string): Row {
  const { fields } = entry;
  const codebook = codebookOf(app);
  const flags = (fields.flags ?? []).map((key) => labelOf(findCode(codebook, 'flag', key), key, app.locale));
  return {
    entry,
    encounter_id: fields.encounter_id,
    when: clockTime(fields.started_at),
    day: dayOf(fields.started_at),
    encounter,
    observer,
    who: actorName(app.notebook, fields.actor_id, m.actor_me()) ?? '',
    whom: actorName(app.notebook, fields.recipient_id, m.actor_me()) ?? '',
    action: actionName(app, fields.action) || (fields.structure ? '' : entryCodes(app, entry)),
    structure: structureName(app, fields.structure),
    flags,
    jotting: fields.jotting ?? '',
  };
}

/** Encounters and entries in words, for lists and lines. No jotting is ever part of them. */
import { fieldCodebook, findCode, labelOf, NONE_OF_THESE, UNCLEAR } from './codes';
import { m } from '../i18n/paraglide/messages.js';
import type { App } from '../shell/app';
import type { EncounterKind, EncounterSubject, EntrySubject } from '../store/subjects';
import { actorName } from './people';
import { dayOf } from './when';

export function kindName(kind: EncounterKind): string {
  const names: Record<EncounterKind, () => string> = {
    visit: m.kind_visit,
    between: m.kind_between,
    interview: m.kind_interview,
    focus_group: m.kind_focus_group,
    meeting: m.kind_meeting,
  };
  return names[kind]();
}

/** `Visit 3`: the third of its kind that its observer watched on its day. */
export function encounterName(app: App, encounter: EncounterSubject): string {
  const { kind, started_at } = encounter.fields;
  const name = kindName(kind);
  if (kind === 'between') return name;
  const before = app.live((notebook) => notebook.list('encounter')).filter(
    (one) =>
      !one.retracted &&
      one.fields.observer === encounter.fields.observer &&
      one.fields.kind === kind &&
      dayOf(one.fields.started_at) === dayOf(started_at) &&
      Date.parse(one.fields.started_at) <= Date.parse(started_at),
  );
  return `${name} ${Math.max(1, before.length)}`;
}

export function actionName(app: App, key: string | null | undefined): string {
  if (!key) return '';
  return labelOf(findCode(codebookOf(app), 'action', key), key, app.locale);
}

export function structureName(app: App, key: string | null | undefined): string {
  if (!key) return '';
  if (key === UNCLEAR) return m.structure_unclear();
  if (key === NONE_OF_THESE) return m.structure_none_of_these();
  return labelOf(findCode(codebookOf(app), 'structure', key), key, app.locale);
}

/** A jotting as it reads: words said word for word stand in quotation marks, once. */
export function jottingText(jotting: string | null | undefined, verbatim: boolean | undefined): string {
  if (!jotting) return '';
  return verbatim && !/^["“”„»«]/.test(jotting) ? m.quoted({ words: jotting }) : jotting;
}

/** `Asks · Doing with`, or what the entry is when it has no code. */
export function entryCodes(app: App, entry: EntrySubject): string {
  const { action, structure, kind } = entry.fields;
  const codes = [actionName(app, action), structureName(app, structure)].filter(Boolean);
  if (codes.length > 0) return codes.join(' · ');
  return kind === 'note' ? m.entry_note() : kind === 'reflection' ? m.entry_reflection() : m.entry_mark();
}

/** `P1 → C1 Asks · Doing with` */
export function entryWords(app: App, entry: EntrySubject): string {
  const who = actorName(app.notebook, entry.fields.actor_id, m.actor_me());
  const whom = actorName(app.notebook, entry.fields.recipient_id, m.actor_me());
  return [who, whom && `→ ${whom}`, entryCodes(app, entry)].filter(Boolean).join(' ');
}

export function codebookOf(app: App) {
  return app.live(fieldCodebook);
}

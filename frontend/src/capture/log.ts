/** From picked touches to changes for the notebook. Pure: ids and times are handed in. */
import type { Draft } from '../store/changes';
import type { EntryFields, EntryKind } from '../store/subjects';
import type { Codebook } from '../fieldwork/codes';
import type { Commit } from './pick';
import { closedBy, startsAsState, type EntryLike, type Onset } from './running';

export interface LogContext {
  encounter_id: string;
  codebook: Codebook | null;
  /** The open states of the encounter, each with who their person turned out to be. */
  running: readonly EntryLike[];
  newId(): string;
  /** Unix milliseconds as an ISO 8601 time with the local offset. */
  stamp(ms: number): string;
}

/** What the last touch did, kept until the next one so that it can be undone. */
export interface Act {
  did: 'logged' | 'stopped' | 'undone';
  entry_id: string;
  /** States that this act closed, and when: undoing opens them again, putting back closes them again. */
  closed: readonly Closed[];
}

export interface Closed {
  entry_id: string;
  ended_at: string;
}

export interface Logged {
  drafts: Draft[];
  act: Act;
}

/** One entry as picked, and the ends of the running states that it closes, as one group. */
export function logEntry(commit: Commit, now: number, context: LogContext): Logged {
  const id = context.newId();
  const started_at = context.stamp(commit.started_ms || now);
  const payload: EntryFields = {
    encounter_id: context.encounter_id,
    kind: kindOf(commit, context.codebook),
    actor_id: commit.actor_id,
    recipient_id: commit.recipient_id,
    action: commit.action,
    structure: commit.structure,
    structure_origin: commit.structure === null ? 'none' : commit.carried ? 'carried' : 'explicit',
    started_at,
    taken: 'tap',
    precision_s: 0,
    codebook_version: context.codebook?.version || null,
  };
  const closed = closing(context.running, context, commit, started_at);
  const logged: Draft = { kind: 'entry.logged', subject_id: id, payload };
  const act: Act = { did: 'logged', entry_id: id, closed };
  return { drafts: grouped([logged, ...closed.map(excluded)], context), act };
}

/** A structure tapped right after an action that runs belongs to it; it closes what it excludes, as if given with it. */
export function giveStructure(before: Act, structure: string, now: number, context: LogContext): Logged {
  const { entry_id } = before;
  const others = context.running.filter((entry) => entry.id !== entry_id);
  const closed = closing(others, context, { actor_id: null, action: null, structure }, context.stamp(now));
  const given = entryDraft('entry.amended', entry_id, { structure, structure_origin: 'explicit' });
  const act: Act = { did: 'logged', entry_id, closed: [...before.closed, ...closed] };
  return { drafts: grouped([given, ...closed.map(excluded)], context), act };
}

/** The second tap on a state. */
export function stopState(entry_id: string, now: number, context: Pick<LogContext, 'stamp'>): Logged {
  return {
    drafts: [endState(entry_id, context.stamp(now), 'tap')],
    act: { did: 'stopped', entry_id, closed: [] },
  };
}

/** Take the last act back: a logged entry is retracted, states that it ended run again; or put it back as it was. */
export function undo(act: Act, context: Pick<LogContext, 'newId'>): Draft[] {
  const closed = act.closed.map((state) => state.entry_id);
  if (act.did === 'undone') {
    return grouped([entryDraft('entry.restored', act.entry_id, {}), ...act.closed.map(excluded)], context);
  }
  const reopened = act.did === 'stopped' ? [act.entry_id, ...closed] : closed;
  const drafts = reopened.map((id) => entryDraft('entry.amended', id, { ended_at: null, end_origin: null }));
  if (act.did === 'logged') drafts.unshift(entryDraft('entry.retracted', act.entry_id, {}));
  return grouped(drafts, context);
}

/** What the last act is once it was taken back or put back. */
export function afterUndo(act: Act): Act | null {
  if (act.did === 'stopped') return null;
  return { ...act, did: act.did === 'logged' ? 'undone' : 'logged' };
}

/** The end of an encounter closes what still runs, and says so on each. */
export function endEncounter(context: LogContext, now: number): Draft[] {
  const ended_at = context.stamp(now);
  const ends = context.running.map((entry) => endState(entry.id, ended_at, 'encounter_end'));
  const ended: Draft = {
    kind: 'encounter.ended',
    subject_id: context.encounter_id,
    payload: { ended_at, end_origin: 'tap' },
  };
  return grouped([...ends, ended], context);
}

function kindOf(commit: Commit, codebook: Codebook | null): EntryKind {
  if (commit.reflects) return 'reflection';
  if (startsAsState(codebook, commit)) return 'state';
  const isCoded = commit.action !== null || commit.structure !== null;
  return commit.with_words && !isCoded ? 'note' : 'point';
}

/** What an onset closes among these, each at this time. */
function closing(open: readonly EntryLike[], context: LogContext, onset: Onset, ended_at: string): Closed[] {
  return closedBy(open, context.codebook, onset).map((entry) => ({ entry_id: entry.id, ended_at }));
}

function excluded({ entry_id, ended_at }: Closed): Draft {
  return endState(entry_id, ended_at, 'exclusive');
}

function endState(id: string, ended_at: string, end_origin: 'tap' | 'exclusive' | 'encounter_end'): Draft {
  return entryDraft('entry.amended', id, { ended_at, end_origin });
}

/** One change of an entry. */
export function entryDraft(kind: 'entry.amended' | 'entry.retracted' | 'entry.restored', id: string, payload: Partial<EntryFields>): Draft {
  return { kind, subject_id: id, payload };
}

/** Changes that belong together carry one group; a single one needs none. */
function grouped(drafts: Draft[], context: Pick<LogContext, 'newId'>): Draft[] {
  if (drafts.length < 2) return drafts;
  const group_id = context.newId();
  return drafts.map((draft) => ({ ...draft, group_id }));
}

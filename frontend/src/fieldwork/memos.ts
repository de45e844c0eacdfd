/** Memos: what they are about, and how they hang together. Pure but for the notebook that is read. */
import type { Draft } from '../store/changes';
import type { Notebook } from '../store/notebook';
import type { Role } from '../store/session';
import type { MemoFields, Subject } from '../store/subjects';
import { isHeldBack } from './heldBack';

export type Memo = Subject<'memo'>;
export interface About {
  type: string;
  id: string;
}

/** Readers think along; whoever only analyses or audits does not write here. */
export function mayWriteMemos(role: Role | undefined): boolean {
  return role === 'lead' || role === 'observer' || role === 'reader';
}

export interface Thread {
  memo: Memo;
  replies: Thread[];
}

/** `entry:ID,ID` in an address: one kind of thing, one or several. Without a kind: nothing in particular. */
export function readAbout(param: string): About[] {
  const [type = '', ids = ''] = param.split(/:(.*)/s);
  return ids.split(',').filter(Boolean).map((id) => ({ type, id }));
}

export function memosPlace(about: readonly About[]): string {
  const type = about[0]?.type;
  return type ? `#/memos/${type}:${about.map(({ id }) => encodeURIComponent(id)).join(',')}` : '#/memos';
}

export function isAbout({ fields }: Memo, { type, id }: About): boolean {
  return (fields.about ?? []).some((one) => one.type === type && one.id === id);
}

/** Memos about any of these things, or these memos themselves (all memos without one), newest first, each with its replies, oldest first. */
export function threadsAbout(notebook: Notebook, about: readonly About[]): Thread[] {
  const standing = shownMemos(notebook).sort(byTime);
  const known = new Set(standing.map(({ id }) => id));
  const isReply = (memo: Memo): boolean => (memo.fields.about ?? []).some(({ type, id }) => type === 'memo' && known.has(id) && id !== memo.id);
  const isWanted = (memo: Memo): boolean => (about.length === 0 ? !isReply(memo) : about.some((one) => (one.type === 'memo' ? one.id === memo.id : isAbout(memo, one))));
  return standing.filter(isWanted).reverse().map((memo) => threadOf(memo, standing, new Set([memo.id])));
}

/** Replies that go round in a circle end where they began. */
function threadOf(memo: Memo, standing: readonly Memo[], above: ReadonlySet<string>): Thread {
  const own = standing.filter((one) => !above.has(one.id) && isAbout(one, { type: 'memo', id: memo.id }));
  return { memo, replies: own.map((one) => threadOf(one, standing, new Set([...above, one.id]))) };
}

/** All that was said to a memo, and to that. */
export function countReplies({ replies }: Thread): number {
  return replies.reduce((sum, reply) => sum + 1 + countReplies(reply), 0);
}

export function countAbout(notebook: Notebook, about: About): number {
  return shownMemos(notebook).filter((one) => isAbout(one, about)).length;
}

/** All but those taken back, and those that wait with what they are about. */
function shownMemos(notebook: Notebook): Memo[] {
  return notebook.list('memo').filter((one) => !one.retracted && !isHeldBack(notebook, one));
}

export function writeMemo(id: string, about: readonly About[], text: string, author: string, now: string): Draft {
  const payload: MemoFields = { about: about.map((one) => ({ ...one })), text, author, written_at: now };
  return { kind: 'memo.written', subject_id: id, payload };
}

function byTime(one: Memo, other: Memo): number {
  return writtenMs(one) - writtenMs(other) || (one.id < other.id ? -1 : 1);
}

/** What has no time is older than all that has one. */
function writtenMs({ fields }: Memo): number {
  return fields.written_at ? Date.parse(fields.written_at) : 0;
}

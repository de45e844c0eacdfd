/** Every text on this device that may be read here, held against an opened key sheet; in pieces, so that nothing waits. */
import type { Notebook } from '../../store/notebook';
import { SUBJECT_TYPES, type Subject, type SubjectType } from '../../store/subjects';
import type { NameHint } from '../nameHints';
import { isHeld } from '../stopped';

const AT_ONCE = 200;
/** Where people write: the fields in which words are struck. A list of its own, because that one is in the start of the app. */
export const WRITTEN_IN = [
  'title', 'label', 'agency', 'setting', 'reason', 'jotting', 'text', 'note', 'way', 'witness', 'definition', 'starts',
  'ends', 'example', 'counter_example', 'controller', 'joint_controller', 'processor', 'hosting_place', 'purpose',
  'purpose_limits', 'concern_procedure', 'lock_reason', 'legal_basis',
];
const IS_WRITTEN_IN = new Set(WRITTEN_IN);

export interface NamedPlace {
  readonly type: SubjectType;
  readonly id: string;
  readonly text: string;
  readonly hints: readonly NameHint[];
  /** It stands no longer there, but in the history, which some exports have. */
  readonly isEarlier: boolean;
}

export interface Searched {
  readonly n_texts: number;
  readonly places: readonly NamedPlace[];
}

/** `stays`: false once nobody waits for the answer any more. Undefined then. */
export async function searchTexts(notebook: Notebook, find: (text: string) => NameHint[], stays: () => boolean): Promise<Searched | undefined> {
  const places: NamedPlace[] = [];
  let n_texts = 0;
  const subjects = readable(notebook);
  for (let from = 0; from < subjects.length; from += AT_ONCE) {
    const some = subjects.slice(from, from + AT_ONCE);
    const earlier = await Promise.all(some.map((subject) => earlierTexts(notebook, subject)));
    if (!stays()) return undefined;
    some.forEach((subject, at) => {
      const now = textsNow(subject);
      n_texts += now.size;
      for (const text of now) take(subject, text, false);
      for (const text of earlier[at] ?? []) if (!now.has(text)) take(subject, text, true);
    });
  }
  return { n_texts, places };

  function take({ type, id }: Subject, text: string, isEarlier: boolean): void {
    const hints = find(text);
    if (hints.length > 0) places.push({ type, id, text, hints, isEarlier });
  }
}

/** All things but what is held, which stays out of every file, and what was written of it. */
function readable(notebook: Notebook): Subject[] {
  const held = new Set(notebook.list('entry').filter((entry) => isHeld(notebook, entry)).map(({ id }) => id));
  const all = SUBJECT_TYPES.flatMap((type): Subject[] => notebook.list(type));
  return all.filter((one) => !held.has(one.id) && !(one.type === 'fieldnote' && anchorsOf(one).some((id) => held.has(id))));
}

function anchorsOf({ fields }: Subject): string[] {
  return 'anchors' in fields ? (fields.anchors ?? []) : [];
}

function textsNow({ fields, conflicts }: Subject): Set<string> {
  const apart = Object.fromEntries(conflicts.map(({ field, values }) => [field, values.map(({ value }) => value)]));
  return new Set([...textsIn(fields), ...textsIn(apart)]);
}

async function earlierTexts(notebook: Notebook, { id }: Subject): Promise<Set<string>> {
  const history = await notebook.history(id);
  // A strike names the words that it takes until the server has heard of it.
  return new Set(history.filter(({ kind }) => kind !== 'words.struck').flatMap(({ payload }) => textsIn(payload)));
}

/** The strings below the names under which people write. */
function textsIn(node: unknown, isText = false): string[] {
  if (typeof node === 'string') return isText && node.trim() ? [node] : [];
  if (Array.isArray(node)) return node.flatMap((inner) => textsIn(inner, isText));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, inner]) => textsIn(inner, isText || IS_WRITTEN_IN.has(name)));
}

import { stampNow } from '../store/clock';
import { newId } from '../store/identity';
import type { Notebook } from '../store/notebook';
import type { Subject } from '../store/subjects';
import * as steps from './paragraphs';
import type { Note, Paragraph, Shown } from './paragraphs';
import { dropUnsaved, isUnsaved, keepUnsaved, takeUp, textKey } from './unsaved';

/** Locally after a breath, as a change after a pause for thought. */
const KEEP_AFTER_MS = 400;
export const SAVE_AFTER_MS = 30_000;
/** Typing is undone in pieces of about a thought. */
const THOUGHT_MS = 1_200;
const MOST_UNDO = 300;

export type Standing = 'saved' | 'typing' | 'kept' | 'failed';

/** One field note while it is written: what stands on the screen, how it is kept, and how it is taken back. */
export class OpenNote {
  note: Note = $state.raw([]);
  standing: Standing = $state('saved');
  undoable: readonly Note[] = $state.raw([]);
  redoable: readonly Note[] = $state.raw([]);
  private shown: Map<string, Shown>;
  private kept = new Map<string, string>();
  /** Typed, and not yet kept when words were struck: nobody has looked whether they are in it. */
  private readonly unchecked = new Set<string>();
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private saving: ReturnType<typeof setTimeout> | undefined;
  private lastTyped = { id: '', at: 0 };
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly notebook: Notebook,
    private readonly encounter_id: string,
  ) {
    const taken = takeUp(notebook, encounter_id);
    this.note = taken.note;
    this.shown = taken.shown;
    if (this.unsaved().length > 0) this.wait();
  }

  get paragraphs(): Paragraph[] {
    return steps.standing(this.note);
  }

  type(id: string, text: string): void {
    const isSameThought = this.lastTyped.id === id && Date.now() - this.lastTyped.at < THOUGHT_MS;
    this.lastTyped = { id, at: Date.now() };
    this.become(steps.change(this.note, id, { text }), isSameThought);
  }

  /** A new paragraph behind another (null: before all); its id. */
  insert(after: string | null, text = '', anchors: readonly string[] = []): string {
    const id = newId();
    this.become(steps.insertAfter(this.note, after, { id, text, anchors }));
    return id;
  }

  split(id: string, at: number): string {
    const new_id = newId();
    this.become(steps.split(this.note, id, at, new_id));
    return new_id;
  }

  join(id: string): { into: string; at: number } | undefined {
    const joined = steps.join(this.note, id);
    if (joined) this.become(joined.note);
    return joined;
  }

  move(id: string, step: -1 | 1): void {
    this.become(steps.move(this.note, id, step));
  }

  takeOut(id: string): void {
    this.become(steps.takeOut(this.note, id));
  }

  anchor(id: string, entry_id: string): void {
    const anchors = this.note.find((one) => one.id === id)?.anchors ?? [];
    if (!anchors.includes(entry_id)) this.become(steps.change(this.note, id, { anchors: [...anchors, entry_id] }));
  }

  letGo(id: string, entry_id: string): void {
    const anchors = this.note.find((one) => one.id === id)?.anchors ?? [];
    this.become(steps.change(this.note, id, { anchors: anchors.filter((one) => one !== entry_id) }));
  }

  /** An earlier version in the place of what stands: a step like any other, so it can be taken back. */
  restore(paragraphs: readonly Paragraph[]): void {
    this.become(this.over(paragraphs));
  }

  undo(): void {
    const before = this.undoable.at(-1);
    if (!before) return;
    this.undoable = this.undoable.slice(0, -1);
    this.redoable = [...this.redoable, this.note];
    this.stand(this.over(before));
  }

  redo(): void {
    const next = this.redoable.at(-1);
    if (!next) return;
    this.redoable = this.redoable.slice(0, -1);
    this.undoable = [...this.undoable, this.note];
    this.stand(this.over(next));
  }

  /** Another list of paragraphs; what it does not have is out. */
  private over(paragraphs: Note): Note {
    const there = new Set(paragraphs.map(({ id }) => id));
    return [...paragraphs, ...this.note.filter(({ id }) => !there.has(id)).map((one) => ({ ...one, gone: true }))];
  }

  private become(note: Note, isSameThought = false): void {
    if (note === this.note) return;
    if (!isSameThought || this.undoable.length === 0) this.undoable = [...this.undoable, this.note].slice(-MOST_UNDO);
    this.redoable = [];
    this.stand(note);
  }

  private stand(note: Note): void {
    this.note = note;
    this.standing = 'typing';
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => void this.keep(), KEEP_AFTER_MS);
    this.wait();
  }

  private wait(): void {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => void this.save(), SAVE_AFTER_MS);
  }

  /** On this device, though not a change yet. */
  keep(): Promise<void> {
    clearTimeout(this.keeping);
    return this.inTurn(async () => {
      const note = this.note;
      await keepUnsaved(this.notebook, this.encounter_id, note, this.shown);
      this.kept = new Map(note.map(({ id, text }) => [id, text]));
      if (this.standing === 'typing' && note === this.note) this.standing = 'kept';
    });
  }

  /** As changes, one for each paragraph that differs. */
  save(): Promise<void> {
    clearTimeout(this.saving);
    return this.inTurn(async () => {
      const { note } = this;
      const writing = { encounter_id: this.encounter_id, author: this.notebook.account.observer, now: stampNow() };
      const drafts = note.flatMap((one) => steps.toDrafts(one, this.shown.get(one.id), writing));
      const made = drafts.length > 0 ? await this.notebook.write(drafts) : [];
      for (const one of note) this.takeOver(one, made.filter(({ subject_id }) => subject_id === one.id));
      if (this.unsaved().some((one) => !steps.isBlank(one))) return;
      this.standing = 'saved';
      await dropUnsaved(this.notebook, this.encounter_id);
    });
  }

  /** What was just written is what is shown now; whatever arrived beside it has not been seen. */
  private takeOver(one: Paragraph, made: readonly { change_id: string; payload: object; kind: string }[]): void {
    const stands = this.notebook.get('fieldnote', one.id);
    if (!stands || made.length === 0) return;
    const shown = steps.toShown(stands);
    const own = made.findLast(({ payload }) => 'text' in payload);
    const text = own ? [own.change_id] : (this.shown.get(one.id)?.heads.text ?? shown.heads.text ?? []);
    const { id: _id, ...written } = one;
    const { struck_by = [] } = this.shown.get(one.id) ?? shown;
    this.shown.set(one.id, { ...shown, ...written, struck_by, heads: { ...shown.heads, text } });
  }

  /** After the notebook has changed: paragraphs that nobody is typing in show what stands there now. */
  refresh(): void {
    this.takeStruck();
    this.learnStrikes();
    const { note, shown } = takeUp(this.notebook, this.encounter_id);
    let mine = [...this.note];
    for (const fresh of note) {
      const [at, before] = [mine.findIndex(({ id }) => id === fresh.id), this.shown.get(fresh.id)];
      const stands = this.notebook.get('fieldnote', fresh.id);
      if (!stands) continue;
      const isStruck = before !== undefined && !hasMoved(before, stands.heads) && wordsOf(stands, before) !== before.text;
      if (before && !isStruck && !hasMoved(before, stands.heads)) continue;
      if (isStruck) this.forgetSteps();
      const mineNow = mine[at];
      if (mineNow && isUnsaved(mineNow, before)) continue;
      this.shown.set(fresh.id, shown.get(fresh.id) ?? steps.toShown(stands));
      const { heads: _heads, struck_by: _by, ...one } = steps.toShown(stands);
      if (at < 0) mine = [...mine, { id: fresh.id, ...one }];
      else mine[at] = { id: fresh.id, ...one };
      this.rememberAs(mineNow, { id: fresh.id, ...one });
    }
    // Erased: its beginning is no longer there.
    const left = mine.filter(({ id }) => !this.shown.has(id) || this.notebook.get('fieldnote', id));
    if (left.length !== mine.length || left.some((one, index) => one !== this.note[index])) this.note = left;
  }

  /** Words struck while they were being typed: what the notebook has left of them is the text. */
  private takeStruck(): void {
    const struck = this.note.filter(({ id }) => {
      const draft = this.notebook.draft(textKey(this.encounter_id, id));
      return draft !== undefined && this.kept.has(id) && draft !== this.kept.get(id);
    });
    if (struck.length === 0) return;
    const left = (id: string): string => this.notebook.draft(textKey(this.encounter_id, id)) ?? '';
    const ids = new Set(struck.map(({ id }) => id));
    this.note = this.note.map((one) => (ids.has(one.id) ? { ...one, text: left(one.id) } : one));
    for (const id of ids) this.kept.set(id, left(id));
    this.forgetSteps();
  }

  /** What is left of a text once words were struck knows of the strike; one that nobody looked at does not. */
  private learnStrikes(): void {
    for (const [id, shown] of this.shown) {
      const [one, struck_by] = [this.note.find((each) => each.id === id), this.notebook.get('fieldnote', id)?.struck_by];
      if (!one || !isUnsaved(one, shown)) this.unchecked.delete(id);
      if (!struck_by || struck_by.length === (shown.struck_by ?? []).length) continue;
      const key = textKey(this.encounter_id, id);
      const isLookedAt = !one || !isUnsaved(one, shown) || (this.notebook.draft(key) === one.text && this.kept.get(id) === one.text);
      if (!isLookedAt) this.unchecked.add(id);
      else if (!this.unchecked.has(id)) this.shown.set(id, { ...shown, struck_by });
    }
  }

  /** After a strike no step leads back to what was struck. */
  forgetSteps(): void {
    this.undoable = [];
    this.redoable = [];
  }

  /** What others wrote is nothing that undo takes back. */
  private rememberAs(before: Paragraph | undefined, now: Paragraph): void {
    const follow = (note: Note): Note => note.map((one) => (before && one.id === now.id && one.text === before.text ? now : one));
    this.undoable = this.undoable.map(follow);
    this.redoable = this.redoable.map(follow);
  }

  /** The screen is left: nothing waits for a pause any more. */
  async close(): Promise<void> {
    await this.keep();
    await this.save();
    clearTimeout(this.saving);
  }

  private unsaved(): Paragraph[] {
    return this.note.filter((one) => isUnsaved(one, this.shown.get(one.id)));
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work).catch(() => {
      this.standing = 'failed';
      this.wait();
    });
    return this.queue;
  }
}

/** What stands there of the text that was shown: of texts written apart, that one. */
function wordsOf({ fields, conflicts }: Subject<'fieldnote'>, shown: Shown): string {
  const apart = conflicts.find(({ field }) => field === 'text')?.values;
  const own = apart?.find(({ change_id }) => shown.heads.text?.includes(change_id));
  return own ? String(own.value ?? '') : fields.text;
}

/** Whether what a paragraph was shown as is no longer all that stands there. */
function hasMoved(shown: Shown, heads: Shown['heads']): boolean {
  return ['text', 'anchors', 'position', 'retracted'].some((field) => {
    const [then, now] = [shown.heads[field] ?? [], heads[field] ?? []];
    return then.length === 0 ? now.length > 0 : !then.some((one) => now.includes(one));
  });
}

import type { BulkWork } from '../fieldwork/bulkWork.svelte';
import { replaceShown } from '../fieldwork/asShown';
import { stampNow } from '../store/clock';
import { newId } from '../store/identity';
import { writeMemo, type About } from '../fieldwork/memos';
import { undoGroup } from '../store/undoGroup';
import type { App } from '../shell/app';
import type { Draft, StoredChange } from '../store/changes';
import type { EntrySubject } from '../store/subjects';
import { bulkDrafts, type Bulk, type BulkPreview } from './bulk';
import type { CodeKey } from './codeKeys';

/** What was done here and can be taken back: what it touched, and which changes it was, or under which group. */
interface Deed {
  readonly subjects: readonly string[];
  readonly changes?: readonly string[];
  readonly group_id?: string;
}

const DRAFT_KEY = 'review-undo';
const MOST_DEEDS = 50;
/** Of a larger group the changes are looked up. */
const MOST_SUBJECTS = 1_000;

/** What is done in the review table, and its way back: one deed after the other, also after a reload. */
export class ReviewDesk {
  private deeds: readonly Deed[];

  constructor(
    private readonly app: App,
    readonly work: BulkWork,
  ) {
    this.deeds = readDeeds(app.notebook.draft(DRAFT_KEY));
  }

  /** One entry gets another code; the same again takes it away. */
  async code({ id }: EntrySubject, { dimension, key }: CodeKey, version: number | null): Promise<void> {
    const entry = this.app.notebook.get('entry', id);
    if (!entry || entry.retracted || entry.fields.kind === 'reflection') return;
    const to = entry.fields[dimension] === key ? null : key;
    const origin = dimension === 'structure' ? { structure_origin: to === null ? 'none' : 'later' } : {};
    const draft = replaceShown(entry, 'entry.amended', { [dimension]: to, ...origin, codebook_version: version });
    this.wrote(await this.app.notebook.write([draft]));
  }

  /** Whatever an editor beside the table has written. */
  wrote(changes: readonly StoredChange[]): void {
    const subjects = [...new Set(changes.map(({ subject_id }) => subject_id))];
    this.remember({ subjects, changes: changes.map(({ change_id }) => change_id) });
  }

  /** False when it was stopped. Why it was done is a memo of the same group: it is found, and taken back, with it. */
  async doBulk(bulk: Bulk, preview: BulkPreview, version: number | null, why: string): Promise<boolean> {
    const group_id = newId();
    const drafts = bulkDrafts(bulk, preview, version);
    const subjects = drafts.map(({ subject_id }) => subject_id);
    this.remember({ group_id, subjects: subjects.length > MOST_SUBJECTS ? [] : subjects });
    const memo = why.trim() ? [this.reason(group_id, subjects, why.trim())] : [];
    return this.work.report([...memo, ...drafts], group_id);
  }

  private reason(group_id: string, subjects: readonly string[], why: string): Draft {
    const about = subjects.slice(0, MOST_SUBJECTS).map((id): About => ({ type: 'entry', id }));
    return writeMemo(group_id, about, why, this.app.notebook.account.observer, stampNow());
  }

  get mayUndo(): boolean {
    return this.deeds.length > 0;
  }

  /** The last deed is taken back where it still stands. How many things came back; undefined when there was none. */
  async undo(): Promise<number | undefined> {
    const deed = this.deeds.at(-1);
    if (!deed || this.work.isRunning) return undefined;
    const n = deed.group_id ? await this.undoGroup(deed, deed.group_id) : await this.undoChanges(deed);
    this.forget(deed);
    return n;
  }

  private async undoGroup({ subjects }: Deed, group_id: string): Promise<number> {
    const grouped = subjects.length > 0 ? [] : await this.app.notebook.grouped();
    const found = grouped.filter((one) => one.group_id === group_id).map(({ subject_id }) => subject_id);
    await this.work.takeBack(group_id, [...subjects, ...found]);
    return Math.max(0, this.work.done - 1);
  }

  private async undoChanges({ subjects, changes = [] }: Deed): Promise<number> {
    const histories = await Promise.all(subjects.map((id) => this.app.notebook.history(id)));
    // Written apart from each other, taken back as the group that they were for whoever wrote them.
    const marked = histories.flat().map((change) => ({ ...change, group_id: changes.includes(change.change_id) ? 'deed' : undefined }));
    const { drafts } = undoGroup(marked as StoredChange[], 'deed');
    if (drafts.length > 0) await this.app.notebook.write(drafts);
    return drafts.length;
  }

  private remember(deed: Deed): void {
    this.deeds = [...this.deeds, deed].slice(-MOST_DEEDS);
    this.keep();
  }

  private forget(deed: Deed): void {
    this.deeds = this.deeds.filter((one) => one !== deed);
    this.keep();
  }

  private keep(): void {
    // Ids alone: there is nothing to read in it.
    void this.app.notebook.saveDraft(DRAFT_KEY, JSON.stringify(this.deeds)).catch(() => undefined);
  }
}

function readDeeds(text: string | undefined): readonly Deed[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? (kept as Deed[]).filter((one) => Array.isArray(one?.subjects)) : [];
  } catch {
    return [];
  }
}

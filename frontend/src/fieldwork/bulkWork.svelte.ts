import type { App } from '../shell/app';
import { fieldsSetBy, type Draft, type StoredChange } from '../store/changes';
import { newId } from '../store/identity';
import { undoGroup } from '../store/undoGroup';

/** As many as are safe on this device in one go; between two goes somebody may stop. */
const AT_ONCE = 200;

/** What was reported as one: who, when, how many entries, and the changes themselves. */
export interface Group {
  readonly group_id: string;
  readonly author: string;
  readonly made_at: string;
  readonly n: number;
  readonly changes: readonly StoredChange[];
}

/** What taking a group back would do, in entries. */
export interface UndoPreview {
  readonly n: number;
  /** Changed by somebody since, in all or in part: that is left as it is. */
  readonly n_left: number;
}

/** Reporting many changes as one group, and taking such a group back. */
export class BulkWork {
  done = $state(0);
  all = $state(0);
  isRunning = $state(false);
  private isStopped = false;

  constructor(private readonly app: App) {}

  stop(): void {
    this.isStopped = true;
  }

  /** False when it was stopped: what was reported by then stays, and can be taken back as a group. */
  async report(drafts: readonly Draft[], group_id: string): Promise<boolean> {
    return this.inGoes(drafts, async (next) => {
      await this.app.notebook.write(next.map((draft) => ({ ...draft, group_id })));
    });
  }

  /** Inverses of everything in a group that still stands, go by go. False when it was stopped: the rest can follow. */
  async takeBack(group_id: string, subjects: Iterable<string>): Promise<boolean> {
    const undoing = newId();
    // Why it was done is a memo under the group's own id: it goes with it.
    return this.inGoes([...new Set([...subjects, group_id])], async (ids) => {
      const histories = await Promise.all(ids.map((id) => this.app.notebook.history(id)));
      const { drafts } = undoGroup(histories.flat(), group_id);
      if (drafts.length > 0) await this.app.notebook.write(drafts.map((draft) => ({ ...draft, group_id: undoing })));
    });
  }

  /** Counted from what is in memory, so that it stands there at once whatever the number. */
  previewUndo({ changes }: Pick<Group, 'changes'>): UndoPreview {
    const bySubject = new Map<string, StoredChange[]>();
    for (const change of changes) {
      if (!change.kind.startsWith('entry.')) continue;
      bySubject.set(change.subject_id, [...(bySubject.get(change.subject_id) ?? []), change]);
    }
    const standing = Array.from(bySubject.values(), (own) => this.standing(own));
    return { n: standing.filter((stands) => stands.includes(true)).length, n_left: standing.filter((stands) => stands.includes(false)).length };
  }

  /** Whether anything of a group still stands as it set it. */
  stillStands({ changes }: Pick<Group, 'changes'>): boolean {
    return changes.some((change) => this.standing([change]).includes(true));
  }

  /** For each field that these changes of one entry set: whether it still stands so. */
  private standing(changes: readonly StoredChange[]): boolean[] {
    const entry = this.app.notebook.get('entry', changes[0]?.subject_id ?? '');
    if (!entry) return [];
    const own = new Set(changes.map(({ change_id }) => change_id));
    // Begun here: it goes as a whole, unless somebody has made it theirs.
    if (changes.some(({ kind }) => kind === 'entry.logged')) return [!entry.retracted && Object.values(entry.heads).flat().every((id) => own.has(id))];
    const fields = new Set(changes.flatMap(({ kind, payload }) => Object.keys(fieldsSetBy(kind, payload))));
    return Array.from(fields, (field) => (entry.heads[field] ?? []).every((id) => own.has(id)));
  }

  private async inGoes<T>(all: readonly T[], go: (next: readonly T[]) => Promise<void>): Promise<boolean> {
    this.done = 0;
    this.all = all.length;
    this.isRunning = true;
    this.isStopped = false;
    try {
      while (this.done < this.all && !this.isStopped) {
        const next = all.slice(this.done, this.done + AT_ONCE);
        await go(next);
        this.done += next.length;
      }
      return this.done === this.all;
    } finally {
      this.isRunning = false;
    }
  }
}

/** The groups among these changes that did one thing to entries, newest first. */
export function bulkWorkIn(changes: readonly StoredChange[], observer: string): Group[] {
  const groups = new Map<string, StoredChange[]>();
  for (const change of changes) {
    if (!change.group_id || !isBulk(change)) continue;
    const own = groups.get(change.group_id) ?? [];
    own.push(change);
    groups.set(change.group_id, own);
  }
  const found = Array.from(groups, ([group_id, own]): Group => {
    const first = own[0] as StoredChange;
    return { group_id, author: first.author ?? observer, made_at: first.made_at, n: own.length, changes: own };
  });
  return found.sort((one, other) => (one.made_at < other.made_at ? 1 : -1));
}

/** Codes given anew, two entries made one, entries taken back or put back; not what is told in the field. */
function isBulk({ kind, payload }: StoredChange): boolean {
  if (kind === 'entry.retracted' || kind === 'entry.restored') return true;
  return kind === 'entry.amended' && (isRecode(payload) || 'merged_into' in payload);
}

function isRecode(payload: StoredChange['payload']): boolean {
  return 'codebook_version' in payload && ('structure' in payload || 'action' in payload || 'flags' in payload);
}

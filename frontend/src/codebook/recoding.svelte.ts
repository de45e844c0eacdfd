import type { App } from '../shell/app';
import type { Draft, StoredChange } from '../store/changes';
import { undoGroup, type GroupUndo } from '../store/undoGroup';
import { newId } from '../store/identity';

/** As many as are safe on this device in one go; between two goes somebody may stop. */
const AT_ONCE = 200;

/** A recoding that was reported: who, when, how many entries, from which codes to which. */
export interface Recoded {
  readonly group_id: string;
  readonly author: string;
  readonly made_at: string;
  readonly n: number;
  readonly changes: readonly StoredChange[];
}

/** Reporting many changes as one group, and taking such a group back. */
export class Recoding {
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
    this.done = 0;
    this.all = drafts.length;
    this.isRunning = true;
    this.isStopped = false;
    try {
      while (this.done < this.all && !this.isStopped) {
        const next = drafts.slice(this.done, this.done + AT_ONCE).map((draft) => ({ ...draft, group_id }));
        await this.app.notebook.write(next);
        this.done += next.length;
      }
      return !this.isStopped;
    } finally {
      this.isRunning = false;
    }
  }

  /** What taking a group back would do, from everything that is known about what it touched. */
  async previewUndo(group_id: string, changes: readonly StoredChange[]): Promise<GroupUndo> {
    const about: StoredChange[] = [];
    for (const id of new Set(changes.map((change) => change.subject_id))) about.push(...(await this.app.notebook.history(id)));
    return undoGroup(about, group_id);
  }

  takeBack(undo: GroupUndo): Promise<boolean> {
    return this.report(undo.drafts, newId());
  }
}

/** The groups among these changes that gave entries other codes, newest first. */
export function recodingsIn(changes: readonly StoredChange[], observer: string): Recoded[] {
  const groups = new Map<string, StoredChange[]>();
  for (const change of changes) {
    if (!change.group_id || change.kind !== 'entry.amended' || !isRecode(change)) continue;
    groups.set(change.group_id, [...(groups.get(change.group_id) ?? []), change]);
  }
  const found = Array.from(groups, ([group_id, own]): Recoded => {
    const first = own[0] as StoredChange;
    return { group_id, author: first.author ?? observer, made_at: first.made_at, n: own.length, changes: own };
  });
  return found.sort((one, other) => (one.made_at < other.made_at ? 1 : -1));
}

function isRecode({ payload }: StoredChange): boolean {
  return 'codebook_version' in payload && ('structure' in payload || 'action' in payload || 'flags' in payload);
}

/** Whether anything of a group still stands as it set it. */
export function stillStands(app: App, { changes }: Recoded): boolean {
  return changes.some(({ subject_id, change_id }) => {
    const heads = app.notebook.get('entry', subject_id)?.heads ?? {};
    return Object.values(heads).some((ids) => ids.includes(change_id));
  });
}

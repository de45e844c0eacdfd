/** Taking back what was just done together. */
import type { Notebook } from '../store/notebook';
import { newId } from '../store/identity';
import { undoGroup } from '../store/undoGroup';

/** What was done together. */
export interface Deed {
  readonly group_id: string;
  /** The things that it changed. */
  readonly ids: readonly string[];
}

export interface Shift extends Deed {
  readonly minutes: number;
}

/** Back to how it was, where nobody has changed it since; how many values were left alone. */
export async function takeBack(notebook: Notebook, { group_id, ids }: Deed): Promise<number> {
  const histories = await Promise.all(ids.map((id) => notebook.history(id)));
  const { drafts, left } = undoGroup(histories.flat(), group_id);
  const undoing = newId();
  if (drafts.length > 0) await notebook.write(drafts.map((draft) => ({ ...draft, group_id: undoing })));
  return left.length;
}

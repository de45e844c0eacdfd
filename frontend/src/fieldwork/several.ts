/** What is about two observers is for nobody who works alone. */
import type { App } from '../shell/app';

/** Whether a second member has come in, or what others have observed is here. */
export function areSeveral(app: App): boolean {
  const observers = app.live((notebook) => notebook.list('encounter')).map(({ fields }) => fields.observer);
  return (app.study?.n_members ?? 1) > 1 || new Set(observers).size > 1;
}

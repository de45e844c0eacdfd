/** Asking for what a person may have of themselves. Each answer is on record, so that two touches ask once. */
import { sayProblem } from '../i18n/sayProblem';

export class Disclosing {
  isBusy = $state(false);
  #failed: { actor_id: string; problem: string } | undefined = $state.raw();

  /** What went wrong, as long as the same person is shown. */
  problemOf(actor_id: string): string {
    return this.#failed?.actor_id === actor_id ? this.#failed.problem : '';
  }

  async ask(actor_id: string, disclose: (actor_id: string) => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.#failed = undefined;
    try {
      await disclose(actor_id);
    } catch (error) {
      this.#failed = { actor_id, problem: sayProblem(error) };
    } finally {
      this.isBusy = false;
    }
  }
}

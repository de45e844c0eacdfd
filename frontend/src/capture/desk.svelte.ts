import { flushSync } from 'svelte';
import { goOnRecord, openGap } from '../fieldwork/gaps';
import { actorRow } from '../fieldwork/people';
import { betweenForm, startEncounter } from '../fieldwork/start';
import type { App } from '../shell/app';
import { toStamp } from '../store/clock';
import { newId } from '../store/identity';
import type { Draft } from '../store/changes';
import type { EncounterSubject, EntrySubject } from '../store/subjects';
import { currentCodebook, findCode } from '../fieldwork/codes';
import { afterUndo, endEncounter, giveStructure, logEntry, stopState, undo } from './log';
import type { Act, LogContext, Logged } from './log';
import { backDate, changeActor, codeLater, jot, keepGoing, swapActors } from './mend';
import { emptyPick, LONE_TOUCH_MS, touch, type Commit, type Pick, type Touch } from './pick';
import { openStates, stoppedBy } from './running';

const stamp = (ms: number): string => toStamp(new Date(ms));

/** The state of the capture screen: what is picked, what the last touch did, and the queue of saves. */
export class CaptureDesk {
  pick: Pick = $state(emptyPick());
  act: Act | null = $state(null);
  /** The next actor tap says who the last entry was about. */
  mending = $state(false);
  /** The entry whose words are open. */
  words_for: string | null = $state(null);
  /** The phone refused the last save. */
  failed = $state(false);
  /** Unix milliseconds of the last touch. */
  touched_ms = $state(Date.now());
  /** A state that an action tap has just started, and when: a structure tapped next is its structure. */
  #started: { entry_id: string; at: number } | null = null;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly app: App,
    readonly encounter: EncounterSubject,
  ) {
    const last = this.recent?.fields.actor_id;
    const row = actorRow(app.notebook, encounter);
    this.pick = emptyPick(last && row.includes(last) ? last : (encounter.fields.focal_actor_id ?? null));
  }

  get codebook() {
    return this.app.live((notebook) => currentCodebook(notebook.list('codebook')));
  }

  get mode() {
    return this.app.live((notebook) => notebook.list('study')[0]?.fields.field_mode ?? 'structures');
  }

  get entries(): EntrySubject[] {
    return this.app.live((notebook) => notebook.entriesOf(this.encounter.id));
  }

  get running(): EntrySubject[] {
    return openStates(this.entries);
  }

  /** The entry of the recent line: the last act's, else the one that was logged last. */
  get recent(): EntrySubject | undefined {
    const acted = this.act?.entry_id;
    if (acted) return this.app.live((notebook) => notebook.get('entry', acted));
    const standing = this.entries.filter((entry) => !entry.retracted);
    return standing.reduce<EntrySubject | undefined>((a, b) => (a && a.device_seq > b.device_seq ? a : b), undefined);
  }

  /** Entries that wait for a code of the row that this study fills in the field. */
  get toCode(): EntrySubject[] {
    const field = this.mode === 'structures' ? 'structure' : 'action';
    if (this.mode === 'words') return [];
    return this.entries.filter((e) => !e.retracted && !e.fields[field] && /point|state/.test(e.fields.kind));
  }

  touch(touched: Touch): void {
    const now = (this.touched_ms = Date.now());
    if (touched.on === 'actor' && this.mending) return this.#mend(touched.id);
    const started = this.#started;
    this.#started = null;
    if (started && touched.on === 'structure' && now - started.at <= LONE_TOUCH_MS) {
      return this.#act(() => giveStructure(this.#actOn(started.entry_id), touched.key, now, this.#context()));
    }
    if (this.#stops(touched, now)) return;
    const { pick, commit } = touch(this.pick, this.#withTiming(touched), now, this.mode);
    this.pick = pick;
    if (commit) this.#log(commit, now, touched.on);
  }

  stop(entry_id: string): void {
    const now = Date.now();
    this.#act(() => stopState(entry_id, now, this.#context()));
  }

  undo(): void {
    const recent = this.recent;
    if (!recent) return;
    // What was taken back is not completed by the next touch.
    this.#started = null;
    const act = this.act ?? this.#actOn(recent.id);
    this.#save(async () => {
      await this.app.notebook.write(undo(act, this.#context()));
      this.act = afterUndo(act);
    });
  }

  swap(): void {
    this.#amend((recent) => swapActors(recent));
  }

  earlier(minutes: number): void {
    const floor = Date.parse(this.encounter.fields.started_at);
    this.#amend((recent) => backDate(recent, minutes, floor, stamp));
  }

  stillGoing(): void {
    this.#amend((recent) => keepGoing(recent.id));
  }

  code(entry_id: string, dimension: 'action' | 'structure', key: string): void {
    this.#save(() => this.app.notebook.write([codeLater(entry_id, dimension, key)]));
  }

  saveWords(entry_id: string, text: string, verbatim: boolean): void {
    this.#save(async () => {
      await this.app.notebook.write([jot(entry_id, text, verbatim)]);
      await this.app.notebook.dropDraft(`jotting:${entry_id}`);
    });
  }

  /**
   * Ends the encounter and what runs in it, and with `goOn` starts the stretch between visits: all in one write, so
   * that at no moment nothing runs. Resolves when that is on this phone.
   */
  async end(goOn = false): Promise<void> {
    const now = Date.now();
    this.#save(() => {
      const { notebook } = this.app;
      const gap = openGap(notebook, this.encounter.id);
      const onRecord = gap ? [goOnRecord(gap.id, stamp(now))] : [];
      const { fields } = notebook.get('encounter', this.encounter.id) ?? this.encounter;
      const between = () => startEncounter(notebook, betweenForm(fields), newId(), stamp(now));
      return notebook.write([...onRecord, ...endEncounter(this.#context(), now), ...(goOn ? between() : [])]);
    });
    await this.#saving;
  }

  /** The last act if it was on this entry, else that the entry was logged. */
  #actOn(entry_id: string): Act {
    return this.act?.entry_id === entry_id ? this.act : { did: 'logged', entry_id, closed: [] };
  }

  #log(commit: Commit, now: number, startedBy: Touch['on']): void {
    const id = newId();
    if (commit.with_words) {
      // The keyboard of a phone opens only inside the touch itself.
      this.words_for = id;
      flushSync();
    }
    if (startedBy === 'action' && this.mode === 'structures') {
      this.#started = { entry_id: id, at: now };
    }
    this.#act(() => logEntry(commit, now, this.#context(id)));
  }

  #withTiming(touched: Touch): Touch {
    if (touched.on !== 'action') return touched;
    return { ...touched, runs: findCode(this.codebook, 'action', touched.key)?.timing === 'state' };
  }

  /** A second tap on a running state stops it, unless it completes an entry that has an action. */
  #stops(touched: Touch, now: number): boolean {
    if (touched.on !== 'action' && touched.on !== 'structure') return false;
    if (touched.on === 'structure' && this.pick.action !== null) return false;
    const state = stoppedBy(this.running, this.codebook, touched.on, touched.key, this.pick.actor_id);
    if (!state) return false;
    this.#act(() => stopState(state.id, now, this.#context()));
    this.pick = emptyPick(this.pick.actor_id);
    return true;
  }

  #mend(actor_id: string): void {
    this.mending = false;
    this.pick = emptyPick(actor_id);
    this.#amend((recent) => changeActor(recent.id, actor_id));
  }

  #amend(make: (recent: EntrySubject) => Draft): void {
    this.#save(async () => {
      const recent = this.recent;
      if (recent) await this.app.notebook.write([make(recent)]);
    });
  }

  #act(make: () => Logged): void {
    this.mending = false;
    this.#save(async () => {
      const { drafts, act } = make();
      await this.app.notebook.write(drafts);
      this.act = act;
    });
  }

  /** Saves follow each other, so that each sees what the one before it left. */
  #save(work: () => Promise<unknown>): void {
    this.#saving = this.#saving.then(work).then(
      () => void (this.failed = false),
      () => void (this.failed = true),
    );
  }

  #context(first_id?: string): LogContext {
    let prepared = first_id;
    const next = (): string => {
      const id = prepared ?? newId();
      prepared = undefined;
      return id;
    };
    return { encounter_id: this.encounter.id, codebook: this.codebook, entries: this.entries, newId: next, stamp };
  }
}

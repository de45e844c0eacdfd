import { flushSync } from 'svelte';
import { goOnRecord, openGap } from '../fieldwork/gaps';
import { actorRow } from '../fieldwork/people';
import { isHeld } from '../fieldwork/stopped';
import { personOf } from '../fieldwork/survivor';
import { betweenForm, endUnseen, nextForm, startEncounter } from '../fieldwork/start';
import type { App } from '../shell/app';
import { toStamp } from '../store/clock';
import { newId } from '../store/identity';
import type { Draft } from '../store/changes';
import type { EncounterSubject, EntrySubject } from '../store/subjects';
import { fieldCodebook, findCode } from '../fieldwork/codes';
import { findAbsence, forgetAbsence, type Absence } from './absence';
import { afterUndo, endEncounter, giveStructure, logEntry, stopState, undo } from './log';
import type { Act, LogContext, Logged } from './log';
import { backDate, changeActor, codeLater, jot, keepGoing, placeBetween, quote, swapActors } from './mend';
import { emptyPick, LONE_TOUCH_MS, reflection, sameAgain, touch, type Commit, type Pick, type Touch } from './pick';
import { openStates, stoppedBy } from './running';
import { forgetStrike, isStruckBy, rememberStrike, strike, unfinishedStrike, WAY_BACK_MS, type Striking } from './striking';

const stamp = (ms: number): string => toStamp(new Date(ms));

/** The state of the capture screen: what is picked, what the last touch did, and the queue of saves. */
export class CaptureDesk {
  pick: Pick = $state(emptyPick());
  act: Act | null = $state(null);
  /** The next actor tap says who the last entry was about. */
  mending = $state(false);
  /** The entry whose words are open. */
  words_for: string | null = $state(null);
  /** Why the last save did not reach the disk: no room, or another reason. It is held in memory and tried again. */
  failed: 'full' | 'refused' | null = $state(null);
  /** Unix milliseconds of the last touch. */
  touched_ms = $state(Date.now());
  /** A state that an action tap has just started, and when: a structure tapped next is its structure. */
  #started: { entry_id: string; at: number } | null = null;
  /** The app was dead for a while in the middle of this encounter, and nobody has said yet what that was. */
  absence: Absence | null = $state(null);
  /** Minutes that are about to be struck; until then they are only hidden. */
  striking: Striking | null = $state(null);
  #strikes: ReturnType<typeof setTimeout> | undefined;
  /** Where to go when nothing runs any more. */
  afterwards = '/';
  #saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly app: App,
    readonly encounter: EncounterSubject,
  ) {
    const last = this.#who(this.entries.filter((entry) => !entry.retracted && entry.fields.actor_id).at(-1)?.fields.actor_id);
    const row = actorRow(app.notebook, encounter);
    this.absence = findAbsence(app.notebook, encounter);
    const unfinished = unfinishedStrike(app.notebook, encounter.id);
    if (unfinished) this.#strike(unfinished);
    this.pick = emptyPick(last && row.includes(last) ? last : (this.#who(encounter.fields.focal_actor_id) ?? null));
  }

  get codebook() {
    return this.app.live(fieldCodebook);
  }

  get mode() {
    return this.app.live((notebook) => notebook.list('study')[0]?.fields.field_mode ?? 'structures');
  }

  get entries(): EntrySubject[] {
    const all = this.app.live((notebook) => notebook.entriesOf(this.encounter.id));
    return all.filter((entry) => this.#isShown(entry));
  }

  /** What runs, each under who its person turned out to be: by them it is stopped and closed. */
  get running(): EntrySubject[] {
    return openStates(this.entries).map((one) => ({ ...one, fields: { ...one.fields, actor_id: this.#who(one.fields.actor_id) } }));
  }

  /** The open state that a second tap on a code stops. */
  runs(dimension: 'action' | 'structure', key: string): EntrySubject | undefined {
    return stoppedBy(this.running, this.codebook, dimension, key, this.#who(this.pick.actor_id));
  }

  /** The entry of the recent line: the last act's, else the one that was logged last. */
  get recent(): EntrySubject | undefined {
    const acted = this.act?.entry_id;
    const shown = acted ? this.app.live((notebook) => notebook.get('entry', acted)) : undefined;
    if (shown && this.#isShown(shown)) return shown;
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
      await this.app.notebook.write(undo(act, this.#context()), { holds: true });
      this.act = afterUndo(act);
    });
  }

  /** The entry before, once more, at this touch. */
  again(): void {
    const now = (this.touched_ms = Date.now());
    const { recent } = this;
    if (!recent) return;
    this.#started = null;
    this.pick = emptyPick(recent.fields.actor_id ?? this.pick.actor_id);
    this.#log(sameAgain(recent.fields, now), now, 'mark');
  }

  /** The observer's own feeling or thought, for her alone. */
  reflect(): void {
    const now = (this.touched_ms = Date.now());
    this.#started = null;
    this.#log(reflection(now), now, 'words');
  }

  swap(): void {
    this.#amend((recent) => swapActors(recent));
  }

  earlier(minutes: number): void {
    const floor = Date.parse(this.encounter.fields.started_at);
    this.#amend((recent) => backDate(recent, minutes, floor, stamp));
  }

  between(one_ms: number, other_ms: number): void {
    this.#amend((recent) => placeBetween(recent.id, one_ms, other_ms, stamp));
  }

  quote(): void {
    this.#amend((recent) => quote(recent));
  }

  stillGoing(): void {
    this.#amend((recent) => keepGoing(recent.id));
  }

  code(entry_id: string, dimension: 'action' | 'structure', key: string): void {
    this.#save(() => this.app.notebook.write([codeLater(entry_id, dimension, key)], { holds: true }));
  }

  saveWords(entry_id: string, text: string, verbatim: boolean, shown?: EntrySubject): void {
    this.#save(async () => {
      await this.app.notebook.write([jot(entry_id, text, verbatim, shown)], { holds: true });
      await this.app.notebook.dropDraft(`jotting:${entry_id}`);
    });
  }

  /**
   * Ends the encounter and what runs in it, and with `goOn` starts the stretch between visits: all in one write, so
   * that at no moment nothing runs. Resolves when that is on this phone.
   */
  async end(goOn = false): Promise<void> {
    const now = Date.now();
    this.afterwards = `/ended/${this.encounter.id}`;
    this.#do(() => {
      const { notebook } = this.app;
      const gap = openGap(notebook, this.encounter.id);
      const onRecord = gap ? [goOnRecord(gap.id, stamp(now))] : [];
      const { fields } = notebook.get('encounter', this.encounter.id) ?? this.encounter;
      const between = () => startEncounter(notebook, betweenForm(fields), newId(), stamp(now));
      return notebook.write([...onRecord, ...endEncounter(this.#context(), now), ...(goOn ? between() : [])]);
    });
    await this.#saving;
  }

  /**
   * Start the next encounter while this one runs, without a question. The stretch between two visits ends at the door,
   * which is now; a visit whose end nobody gave ends at its last entry, end unknown.
   */
  startNext(): void {
    const now = Date.now();
    this.#do(() => {
      const { notebook } = this.app;
      const running = notebook.get('encounter', this.encounter.id) ?? this.encounter;
      const isOver = running.fields.kind === 'between';
      const ends = isOver ? endEncounter(this.#context(), now) : [endUnseen(notebook, running)];
      return notebook.write([...ends, ...startEncounter(notebook, nextForm(notebook), newId(), stamp(now))]);
    });
  }

  /** What the time was in which the app was dead: nobody wrote, or nobody was to write. */
  explain(kind: 'not_recorded' | 'off_record'): void {
    const { absence } = this;
    if (!absence) return;
    const { from, to } = absence;
    const payload = { encounter_id: this.encounter.id, kind, from, to };
    this.#do(() => this.app.notebook.write([{ kind: 'gap.recorded', subject_id: newId(), payload }]).then(() => this.settle()));
  }

  /** She had left before the phone came back: the encounter ended then, and what ran in it. */
  endedAt(ms: number): void {
    this.afterwards = `/ended/${this.encounter.id}`;
    const ends = endEncounter(this.#context(), ms).map((draft) =>
      draft.kind === 'encounter.ended' ? { ...draft, payload: { ...draft.payload, end_origin: 'recalled' } } : draft,
    );
    this.#do(() => this.app.notebook.write(ends).then(() => this.settle()));
  }

  /** Hide the last minutes at once; erase them when ten seconds have passed without a second thought. */
  strikeLast(minutes: number): void {
    const now = Date.now();
    const striking = { from: stamp(now - minutes * 60_000), to: stamp(now) };
    this.#finishStrike();
    this.striking = striking;
    this.act = null;
    this.#save(() => rememberStrike(this.app.notebook, this.encounter.id, striking));
    this.#strikes = setTimeout(() => this.#finishStrike(), WAY_BACK_MS);
  }

  unstrike(): void {
    clearTimeout(this.#strikes);
    this.striking = null;
    this.#save(() => forgetStrike(this.app.notebook, this.encounter.id));
  }

  #finishStrike(): void {
    clearTimeout(this.#strikes);
    if (this.striking) this.#strike(this.striking);
  }

  #strike(striking: Striking): void {
    this.striking = striking;
    this.#do(async () => {
      await strike(this.app.notebook, this.encounter.id, striking);
      this.striking = null;
    });
  }

  /** Somebody may have been merged since they were picked or written down. */
  #who<T extends string | null | undefined>(id: T): string | T {
    return this.app.live((notebook) => personOf(notebook, id));
  }

  #isShown(entry: EntrySubject): boolean {
    const isStruck = this.striking !== null && isStruckBy(this.striking, entry.fields);
    return !isStruck && !this.app.live((notebook) => isHeld(notebook, entry));
  }

  settle(): void {
    this.absence = null;
    void forgetAbsence(this.app.notebook, this.encounter.id);
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
    this.#act(() => logEntry({ ...commit, actor_id: this.#who(commit.actor_id) }, now, this.#context(id)));
  }

  #withTiming(touched: Touch): Touch {
    if (touched.on !== 'action') return touched;
    return { ...touched, runs: findCode(this.codebook, 'action', touched.key)?.timing === 'state' };
  }

  /** A second tap on a running state stops it, unless it completes an entry that has an action. */
  #stops(touched: Touch, now: number): boolean {
    if (touched.on !== 'action' && touched.on !== 'structure') return false;
    if (touched.on === 'structure' && this.pick.action !== null) return false;
    const state = this.runs(touched.on, touched.key);
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
      if (recent) await this.app.notebook.write([make(recent)], { holds: true });
    });
  }

  #act(make: () => Logged): void {
    this.mending = false;
    this.#save(async () => {
      const { drafts, act } = make();
      await this.app.notebook.write(drafts, { holds: true });
      this.act = act;
    });
  }

  /** Saves follow each other, so that each sees what the one before it left. */
  #save(work: () => Promise<unknown>): void {
    this.#saving = this.#saving.then(work).then(
      () => void (this.failed = null),
      (error: unknown) => void (this.failed = isFull(error) ? 'full' : 'refused'),
    );
  }

  /** What is not held in memory and tried again: where the phone refuses it, nobody catches that, and she is told. */
  #do(work: () => Promise<unknown>): void {
    const doing = this.#saving.then(work).then(() => void (this.failed = null));
    this.#saving = doing.catch(() => undefined);
    void doing.then();
  }

  #context(first_id?: string): LogContext {
    let prepared = first_id;
    const next = (): string => {
      const id = prepared ?? newId();
      prepared = undefined;
      return id;
    };
    return { encounter_id: this.encounter.id, codebook: this.codebook, running: this.running, newId: next, stamp };
  }
}

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

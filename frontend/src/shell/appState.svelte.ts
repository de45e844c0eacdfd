import { useRing } from '../store/envelope';
import { newId, observerActorId } from '../store/identity';
import type { Notebook } from '../store/notebook';
import { openNotebook, type OpenNotebook } from '../store/openNotebook';
import { Session, type Account, type StudyBrief } from '../store/session';
import { createServer, door, OFFLINE, Problem, type Claimed, type Invited, type Me, type SetupForm, type StudyForm } from '../sync/server';
import type { App, Phase, SyncStatus } from './app';
import type { AppLock } from './appLock.svelte';
import { isPhone, nameDevice } from './device';
import type { LiveSync } from './liveSync.svelte';
import { NO_SYNC } from './noSync';
import { Look, type Theme } from './look.svelte';
import { Place } from './place.svelte';
import { Update } from './update.svelte';
import type { Gate } from './whichScreen';
import type { Locale } from '../i18n/locale';

const WRITERS: readonly string[] = ['lead', 'observer'];

/** The app's state and verbs. Starts from what the phone remembers; the network may come later or never. */
export class AppState implements App {
  phase: Phase = $state('starting');
  account: Account | undefined = $state.raw();
  studies: readonly StudyBrief[] = $state.raw([]);
  study: StudyBrief | undefined = $state.raw();
  isStorageKept: boolean | undefined = $state();
  isSuperseded = $state(false);
  readonly server = createServer(() => this.study?.study_id ?? '');
  private readonly place = new Place();
  private readonly look = new Look();
  private readonly update = new Update();
  lock: AppLock | undefined = $state.raw();
  private finding: Promise<AppLock> | undefined;
  private opened: OpenNotebook | undefined = $state.raw();
  private live_sync: LiveSync | undefined = $state.raw();
  private beginning: Promise<void> | undefined;
  /** What screens see until the code of the sync is there; who wants to send waits for it. */
  private readonly coming_sync: SyncStatus = {
    ...NO_SYNC,
    sendNow: async () => {
      await this.beginning;
      await this.live_sync?.sendNow();
    },
  };
  private revision = $state(0);
  private session!: Session;
  private readonly session_id = newId();

  /** Open what is on this phone, then see whether the server has something to say about who we are. */
  async start(): Promise<void> {
    void this.update.register().catch(() => undefined);
    // Nobody waits for it: it is to be done soon, not first.
    void import('../store/newLog').then(({ startNewLog }) => startNewLog()).catch(() => undefined);
    try {
      this.session = await Session.open();
      await this.resume();
    } catch {
      this.phase = 'no-storage';
      return;
    }
    await this.refresh();
  }

  /** Close what is open; nothing is lost by not doing so. */
  async stop(): Promise<void> {
    await this.closeNotebook();
    (this.session as Session | undefined)?.close();
  }

  private async resume(): Promise<void> {
    const { account, studies, study_id, preferences, is_storage_kept } = this.session.remembered;
    this.look.restore(preferences, (chosen) => {
      void this.session.remember({ preferences: { ...this.session.remembered.preferences, ...chosen } });
    });
    this.account = account;
    this.studies = studies;
    this.isStorageKept = is_storage_kept;
    const study = studies.find((each) => each.study_id === study_id);
    if (account && study) await this.open(study);
    else if (account) this.phase = 'studies';
  }

  /** Ask the server who we are. Without an answer everything stays as it is remembered. */
  async refresh(): Promise<void> {
    try {
      await this.adopt(await this.server.me());
    } catch (error) {
      if (this.account) return;
      this.phase = error instanceof Problem && error.code === 'setup.needed' ? 'setup' : 'sign-in';
    }
  }

  /** `study_id`: the one to open when there are several. */
  private async adopt({ account, studies }: Me, study_id?: string): Promise<void> {
    if (this.account && this.account.id !== account.id) {
      await this.closeNotebook();
      this.forgetKeys();
    }
    this.account = account;
    this.studies = studies;
    await this.session.remember({ account, studies });
    if (this.opened) {
      this.study = studies.find(({ study_id }) => study_id === this.study?.study_id) ?? this.study;
      return;
    }
    const [first, another] = studies;
    const wanted = study_id ?? (another ? undefined : first?.study_id);
    if (wanted) await this.chooseStudy(wanted);
    else this.phase = 'studies';
  }

  async signIn(name: string, password: string, study_id?: string): Promise<void> {
    await this.adopt(await door.signIn({ name, password, ...(await this.deviceOf(name)) }), study_id);
    void this.sync.sendNow();
    if (this.route.name === 'sign-in') this.go('/', { replace: true });
  }

  readonly deviceName = nameDevice();

  readonly entrance = entrance;

  async comeIn({ claim, name }: Claimed): Promise<boolean> {
    const device_id = await this.session.deviceFor(name);
    try {
      await this.adopt(await (await entrance()).finishPairing({ claim, device_id }));
    } catch (error) {
      if (error instanceof Problem && (error.code === 'pairing.waiting' || error.code === OFFLINE)) return false;
      throw error;
    }
    void this.sync.sendNow();
    this.go('/', { replace: true });
    return true;
  }

  async signOut(): Promise<void> {
    await door.signOut().catch(unlessSignedOut);
    await this.closeNotebook();
    this.forgetKeys();
    await this.session.remember({ account: undefined, studies: [], study_id: undefined });
    this.account = undefined;
    this.studies = [];
    this.phase = 'sign-in';
    this.go('/', { replace: true });
  }

  async setUp(token: string, form: SetupForm): Promise<void> {
    const { study_id } = await (await entrance()).setUp(token, { ...form, ...(await this.deviceOf(form.name)) });
    await this.adopt(await this.server.me(), study_id);
    void this.sync.sendNow();
    this.go('/', { replace: true });
  }

  async join(form: Invited): Promise<void> {
    await this.adopt(await (await entrance()).join({ ...form, ...(await this.deviceOf(form.name)) }));
    void this.sync.sendNow();
    this.go('/', { replace: true });
  }

  /** What a sign-in says of this browser, so that it can be revoked alone. */
  private async deviceOf(name: string): Promise<{ device_id: string; device_name: string }> {
    return { device_id: await this.session.deviceFor(name), device_name: this.deviceName };
  }

  async createStudy(form: StudyForm): Promise<void> {
    const { study_id } = await (await entrance()).createStudy(form);
    await this.adopt(await this.server.me());
    await this.chooseStudy(study_id);
  }

  async chooseStudy(study_id: string): Promise<void> {
    const study = this.studies.find((each) => each.study_id === study_id);
    if (!study) return;
    await this.closeNotebook();
    // Remembered first: once the study is open, nothing that follows may move a person who has already gone on.
    await this.session.remember({ study_id });
    await this.open(study);
  }

  leaveStudy(): void {
    void this.closeNotebook();
    void this.session.remember({ study_id: undefined });
    this.phase = 'studies';
  }

  private async open(study: StudyBrief): Promise<void> {
    const account = this.account;
    if (!account) return;
    const device_id = await this.session.deviceFor(account.name);
    if (await this.session.lockOf(account.id)) await this.findLock();
    const writer = { device_id, session_id: this.session_id, app_version: __APP_VERSION__ };
    const notebook = await openNotebook(study.study_id, { ...account, observer: study.observer }, writer);
    notebook.subscribe(() => {
      this.revision += 1;
      this.isSuperseded = notebook.isSuperseded;
      if (notebook.counts().unsent > 0) this.live_sync?.saved();
    });
    this.opened = notebook;
    this.study = study;
    this.phase = 'open';
    this.beginning = this.beginSync(notebook, device_id).catch(() => undefined);
    // Without room for *me* the notes that are here can still be read.
    if (WRITERS.includes(study.role)) await addMe(notebook).catch(() => undefined);
    void this.askToKeep();
  }

  async findLock(): Promise<AppLock> {
    const { id } = this.account ?? { id: '' };
    if (this.lock?.account_id === id) return this.lock;
    // Asked for twice at once there is one all the same: two would take each other for another tab's.
    this.finding ??= this.makeLock(id).finally(() => (this.finding = undefined));
    return this.finding;
  }

  private async makeLock(account_id: string): Promise<AppLock> {
    const { AppLock } = await import('./appLock.svelte');
    const lock = new AppLock(this.session, account_id, async () => {
      await this.opened?.notes.reload();
      void this.sync.sendNow();
    });
    await lock.begin();
    this.lock = lock;
    return lock;
  }

  get isLocked(): boolean {
    return this.lock?.isSet === true && !this.lock.isOpen;
  }

  get gate(): Gate {
    if (this.isLocked) return 'locked';
    return this.study?.lock_required && !this.lock?.isSet && isPhone() ? 'unset' : undefined;
  }

  /** Nobody waits for the network: its code is loaded once the notes are open. */
  private async beginSync(notebook: OpenNotebook, device_id: string): Promise<void> {
    const { LiveSync } = await import('./liveSync.svelte');
    if (this.opened !== notebook) return;
    this.live_sync = new LiveSync(notebook, device_id, () => this.lock?.isSet ?? false, this.update);
    this.live_sync.start();
  }

  private async closeNotebook(): Promise<void> {
    const notebook = this.opened;
    if (!notebook) return;
    // In one go with the notebook, or a screen would look for it once more before it leaves.
    this.phase = 'starting';
    this.live_sync?.stop();
    this.live_sync = undefined;
    this.opened = undefined;
    this.study = undefined;
    await notebook.close();
  }

  private forgetKeys(): void {
    this.lock?.end();
    this.lock = undefined;
    useRing(undefined);
  }

  /** Without this promise a browser may throw the notes away when the phone runs out of room. */
  private async askToKeep(): Promise<void> {
    const is_storage_kept = await navigator.storage?.persist?.().catch(() => false);
    if (is_storage_kept === undefined) return;
    this.isStorageKept = is_storage_kept;
    await this.session.remember({ is_storage_kept });
  }

  get notebook(): Notebook {
    if (!this.opened) throw new Error('no notebook is open');
    return this.opened;
  }

  live<T>(read: (notebook: Notebook) => T): T {
    // Reading the number makes the reader run again when it has changed.
    void this.revision;
    return read(this.notebook);
  }

  get sync() {
    return this.live_sync ?? this.coming_sync;
  }

  get route() {
    return this.place.route;
  }

  go(path: string, how?: { replace?: boolean }): void {
    this.place.go(path, how);
  }

  get locale(): Locale {
    return this.look.locale;
  }

  setLocale(locale: Locale): void {
    this.look.choose({ locale });
  }

  get theme(): Theme {
    return this.look.theme;
  }

  setTheme(theme: Theme): void {
    this.look.choose({ theme });
  }

  get isLeftHanded(): boolean {
    return this.look.isLeftHanded;
  }

  setLeftHanded(is_left_handed: boolean): void {
    this.look.choose({ is_left_handed });
  }

  get hasBigTargets(): boolean {
    return this.look.hasBigTargets;
  }

  setBigTargets(has_big_targets: boolean): void {
    this.look.choose({ has_big_targets });
  }

  get isUpdateReady(): boolean {
    return this.update.isReady;
  }

  takeUpdate(): void {
    this.update.take();
  }

  get isReadyOffline(): boolean {
    if (!this.update.isReadyOffline || !this.opened) return false;
    // The shell alone is not enough: without the codebook and the people of the study nothing can be coded.
    return this.live((notebook) => notebook.list('codebook').length > 0 && notebook.list('actor').length > 0);
  }
}

/** A session that has ended overnight must not keep anybody from leaving. */
function unlessSignedOut(problem: unknown): void {
  if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
}

/** Not needed on any other day than a first one. */
const entrance = async () => (await import('../sync/entrance')).entrance;

/** *Me* is always in the actor row. Both phones of one observer arrive at the same actor. */
async function addMe(notebook: OpenNotebook): Promise<void> {
  const { observer } = notebook.account;
  const subject_id = observerActorId(notebook.study_id, observer);
  if (notebook.get('actor', subject_id)) return;
  await notebook.write([{ kind: 'actor.added', subject_id, payload: { label: observer, kind: 'observer' } }]);
}

import type { Locale } from '../i18n/locale';
import type { Notebook } from '../store/notebook';
import type { Account, StudyBrief } from '../store/session';
import type { Entrance } from '../sync/entrance';
import type { Claimed, Invited, Server, SetupForm, StudyForm } from '../sync/server';
import type { AppLock } from './appLock.svelte';
import type { Theme } from './look.svelte';
import type { Route } from './routes';

export type { Locale } from '../i18n/locale';
export type { SetupForm, StudyForm } from '../sync/server';
export type { AppLock } from './appLock.svelte';
export type { Theme } from './look.svelte';

export type Phase =
  /** Opening the phone's own memory. */
  | 'starting'
  /** The server has no account yet. */
  | 'setup'
  | 'sign-in'
  /** Signed in, no study chosen. */
  | 'studies'
  /** A study's notebook is open; `app.notebook` is there. */
  | 'open'
  /** The browser refuses to keep anything. */
  | 'no-storage';

export type SyncState = 'idle' | 'sending' | 'offline' | 'sign-in' | 'revoked' | 'error';

export interface SyncStatus {
  readonly state: SyncState;
  /** When the server last answered, ISO 8601, or undefined. */
  readonly last_contact_at: string | undefined;
  /** How far this device's clock is off, in ms (positive = fast), once known. */
  readonly clock_offset_ms: number | undefined;
  /** The request that the server failed at last, by which its log tells of it; undefined where it did not. */
  readonly failed_request: string | undefined;
  /** Send what waits and fetch what is new, now. Never rejects; look at `state` afterwards. */
  sendNow(): Promise<void>;
}

/** The state of the app, given to components through `useApp()`. Every property is reactive. */
export interface App {
  readonly phase: Phase;
  readonly route: Route;
  readonly account: Account | undefined;
  readonly studies: readonly StudyBrief[];
  readonly study: StudyBrief | undefined;
  /** There in phase 'open', which is when all screens but enter/ and install/ are shown. */
  readonly notebook: Notebook;
  /** Read from the notebook so that the reader runs again after every change: `$derived(app.live((n) => n.list('actor')))`. */
  live<T>(read: (notebook: Notebook) => T): T;
  readonly sync: SyncStatus;
  readonly server: Server;
  /** Ask the server again who this is and what its studies ask for. Never rejects while signed in. */
  refresh(): Promise<void>;

  /** Go to a place: `app.go('/encounter/' + id)`. With `replace` the Back button skips this place. */
  go(path: string, how?: { replace?: boolean }): void;

  /** The lock of this account on this phone; undefined where none was ever looked for, because none is set. */
  readonly lock: AppLock | undefined;
  /** A lock is set, and the passphrase has not been given since. */
  readonly isLocked: boolean;
  /** For the screens that set or change a lock. */
  findLock(): Promise<AppLock>;

  /** These reject with a Problem (`code`, `status`, `retry_after_s`); without a network its code is 'offline'. */
  signIn(name: string, password: string): Promise<void>;
  /** A plain name for this device, until somebody gives it another. */
  readonly deviceName: string;
  /** What somebody asks of the server on a first day, before they are signed in. */
  entrance(): Promise<Entrance>;
  /** With a claim that a device which is signed in has to allow. False while nobody has answered. */
  comeIn(claimed: Claimed): Promise<boolean>;
  /** Ends the session at the server. What is on this phone stays. */
  signOut(): Promise<void>;
  setUp(token: string, form: SetupForm): Promise<void>;
  /** With the code of an invitation. */
  join(form: Invited): Promise<void>;
  createStudy(form: StudyForm): Promise<void>;
  chooseStudy(study_id: string): Promise<void>;
  leaveStudy(): void;

  readonly locale: Locale;
  setLocale(locale: Locale): void;
  readonly theme: Theme;
  setTheme(theme: Theme): void;
  readonly isLeftHanded: boolean;
  setLeftHanded(isLeftHanded: boolean): void;
  readonly hasBigTargets: boolean;
  setBigTargets(hasBigTargets: boolean): void;

  /** A newer app is ready: it is offered between encounters only. */
  readonly isUpdateReady: boolean;
  takeUpdate(): void;
  /** Looked up, not believed: the app's files, the codebook and the people of the study are on this phone. */
  readonly isReadyOffline: boolean;
  /** Whether the browser promised not to throw the notes away; undefined until it has answered. */
  readonly isStorageKept: boolean | undefined;
}

import type { Account, StudyBrief } from '../store/session';
import { addressOf, call, type Filters } from './call';
import { Problem } from './problem';

export type { Filters } from './call';
export { Problem } from './problem';

export interface Me {
  account: Account;
  studies: StudyBrief[];
  server_time: string;
}

/** An analysis or export on offer, as the server's registry describes it. */
export interface Offer {
  name: string;
  title: string;
  description: string;
  params?: unknown;
}

export interface AnalysisAnswer {
  name: string;
  params: Record<string, unknown>;
  basis: Record<string, unknown>;
  warnings: unknown[];
  result: unknown;
}

export interface Page<T> {
  items: T[];
  cursor: string | null;
}

export interface StudyForm {
  title: string;
  time_zone: string;
  languages: string[];
  field_mode: 'words' | 'actions' | 'structures';
  starter: 'blank' | 'actions' | 'heuristic-four';
}

export interface SetupForm {
  name: string;
  password: string;
  study: StudyForm;
}

/** Calls for screens that are online by nature. Each rejects with a Problem; without a network its code is 'offline'. */
export interface Server {
  isSetupNeeded(): Promise<boolean>;
  me(): Promise<Me>;
  analyses(): Promise<Offer[]>;
  analysis(name: string, filters?: Filters): Promise<AnalysisAnswer>;
  /** Exactly the entries behind one cell of an analysis. */
  analysisEntries(name: string, cell: string, filters?: Filters): Promise<Page<Record<string, unknown>>>;
  exports(): Promise<Offer[]>;
  /** The address of a download, for a plain link. */
  exportUrl(name: string, filters?: Filters): string;
  quarantine(): Promise<Page<Record<string, unknown>>>;
}

/** The verbs that change who is signed in and what there is; the app state wraps them. */
export interface Door {
  signIn(name: string, password: string, device_id: string, device_name: string): Promise<Me>;
  signOut(): Promise<void>;
  setUp(token: string, form: SetupForm): Promise<{ account: Account; study_id: string }>;
  createStudy(form: StudyForm): Promise<StudyBrief>;
}

export const door: Door = {
  signIn: (name, password, device_id, device_name) =>
    call('POST', '/session', { body: { name, password, device_id, device_name } }),
  signOut: () => call('DELETE', '/session'),
  setUp: (token, form) => call('POST', '/setup', { body: { token, ...form } }),
  createStudy: (form) => call('POST', '/studies', { body: form }),
};

/** `study` tells which study the calls are about at the moment they are made. */
export function createServer(study: () => string): Server {
  const inStudy = (path: string) => `/studies/${study()}${path}`;
  const items = async (path: string) => (await call<Page<Offer>>('GET', inStudy(path))).items;
  return {
    isSetupNeeded,
    me: () => call('GET', '/me'),
    analyses: () => items('/analyses'),
    analysis: (name, query) => call('GET', inStudy(`/analyses/${encodeURIComponent(name)}`), { query }),
    analysisEntries: (name, cell, filters) =>
      call('GET', inStudy(`/analyses/${encodeURIComponent(name)}/entries`), { query: { ...filters, cell } }),
    exports: () => items('/exports'),
    exportUrl: (name, query) => addressOf(inStudy(`/exports/${encodeURIComponent(name)}`), query),
    quarantine: () => call('GET', inStudy('/quarantine')),
  };
}

/** 200 while no account exists, 410 for ever after. */
async function isSetupNeeded(): Promise<boolean> {
  try {
    return (await call<{ needed: boolean }>('GET', '/setup')).needed;
  } catch (error) {
    if (error instanceof Problem && error.status === 410) return false;
    throw error;
  }
}

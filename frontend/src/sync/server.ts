import { ask, type Schemas } from './api';
import { call, download, type Download, type Filters } from './call';
import { Problem } from './problem';

export type { Filters } from './call';
export { Problem } from './problem';

export type Me = Schemas['Me'];
/** An analysis or export on offer, as the server's registry describes it. */
export type AnalysisOffer = Schemas['AnalysisOut'];
export type ExportOffer = Schemas['ExportOut'];
/** What analyses have in common; the result of each is described under its own name in the generated types. */
export type AnalysisAnswer = Omit<Schemas['FrequenciesAnswer'], 'params' | 'result'> & {
  params: Record<string, unknown>;
  result: unknown;
};
export type Preview = Schemas['PreviewOut'];
export type Weighed = Schemas['LossesOut'];
export type ImportFormat = Schemas['FormatOut'];
export type ImportReport = Schemas['ImportOut'];
export type Token = Schemas['TokenOut'];
export type StudyForm = Omit<Schemas['StudyIn'], 'observers_see'>;
export type SetupForm = Omit<Schemas['Setup'], 'token' | 'study'> & { study: StudyForm };
export type Things = Schemas['Things'];

/** Calls for screens that are online by nature. Each rejects with a Problem; without a network its code is 'offline'. */
export interface Server {
  isSetupNeeded(): Promise<boolean>;
  me(): Promise<Me>;
  analyses(): Promise<AnalysisOffer[]>;
  analysis(name: string, filters?: Filters): Promise<AnalysisAnswer>;
  /** What to write about an analysis as it is asked for, and what has to stand on its figures. */
  analysisMethods(name: string, filters?: Filters): Promise<Schemas['Methods']>;
  /** Exactly the entries behind one cell of an analysis. */
  analysisEntries(name: string, cell: string, filters?: Filters): Promise<Things>;
  exports(): Promise<ExportOffer[]>;
  /** How much a download will hold, and its first rows. */
  exportPreview(name: string, options: Filters): Promise<Preview>;
  /** How long a download will be, and what it leaves out; takes as long as the download. */
  exportLosses(name: string, options: Filters): Promise<Weighed>;
  exportFile(name: string, options: Filters, how: Download): Promise<{ blob: Blob; name: string }>;
  imports(): Promise<ImportFormat[]>;
  /** All of a file or nothing of it; with `dry_run` everything is tried and nothing kept. */
  importFile(name: string, file: Blob, dry_run: boolean): Promise<ImportReport>;
  tokens(): Promise<Token[]>;
  makeToken(name: string, days: number): Promise<Token & { token: string }>;
  revokeToken(token_id: string): Promise<void>;
  quarantine(): Promise<Schemas['Page_QuarantinedOut_']>;
}

/** The verbs that change who is signed in and what there is; the app state wraps them. */
export const door = {
  signIn: (body: Schemas['SignIn']) => ask('post', '/api/v1/session', { body }),
  signOut: () => ask('delete', '/api/v1/session', {}),
  setUp: (token: string, form: SetupForm) =>
    ask('post', '/api/v1/setup', { body: { token, ...form, study: withDefaults(form.study) } }),
  resetPassword: (token: string, password: string) => ask('post', '/api/v1/reset', { body: { token, password } }),
  createStudy: (form: StudyForm) => ask('post', '/api/v1/studies', { body: withDefaults(form) }),
};

/** Double coding stays blind unless a lead decides otherwise. */
function withDefaults(form: StudyForm): Schemas['StudyIn'] {
  return { observers_see: 'own', ...form };
}

/** `study` tells which study the calls are about at the moment they are made. */
export function createServer(study: () => string): Server {
  const path = () => ({ study_id: study() });
  // Which analyses and exports there are is found out at run time, so their addresses are not typed.
  const inStudy = (place: string, ...names: string[]) =>
    `/studies/${study()}/${[place, ...names.map(encodeURIComponent)].join('/')}`;
  return {
    isSetupNeeded,
    me: () => ask('get', '/api/v1/me', {}),
    analyses: async () => (await ask('get', '/api/v1/studies/{study_id}/analyses', { path: path() })).items,
    analysis: (name, query) => call('GET', inStudy('analyses', name), { query }),
    analysisMethods: (name, query) => call('GET', `${inStudy('analyses', name)}/methods`, { query }),
    analysisEntries: (name, cell, filters) =>
      call('GET', `${inStudy('analyses', name)}/entries`, { query: { ...filters, cell } }),
    exports: async () => (await ask('get', '/api/v1/studies/{study_id}/exports', { path: path() })).items,
    exportPreview: (name, query) => call('GET', inStudy('exports', name, 'preview'), { query, isLong: true }),
    exportLosses: (name, query) => call('GET', inStudy('exports', name, 'losses'), { query, isLong: true }),
    exportFile: (name, query, how) => download(inStudy('exports', name), query, how),
    imports: async () => (await ask('get', '/api/v1/studies/{study_id}/imports', { path: path() })).items,
    importFile: (name, file, dry_run) => call('POST', inStudy('imports', name), { query: { dry_run }, file, isLong: true }),
    tokens: async () => (await ask('get', '/api/v1/studies/{study_id}/tokens', { path: path() })).items,
    makeToken: (name, days) => ask('post', '/api/v1/studies/{study_id}/tokens', { path: path(), body: { name, days } }),
    revokeToken: (token_id) =>
      ask('delete', '/api/v1/studies/{study_id}/tokens/{token_id}', { path: { ...path(), token_id } }),
    quarantine: () => ask('get', '/api/v1/studies/{study_id}/quarantine', { path: path() }),
  };
}

/** 200 while no account exists, 410 for ever after. */
async function isSetupNeeded(): Promise<boolean> {
  try {
    return (await ask('get', '/api/v1/setup', {})).needed;
  } catch (error) {
    if (error instanceof Problem && error.status === 410) return false;
    throw error;
  }
}

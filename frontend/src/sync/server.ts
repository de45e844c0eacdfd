import { ask, type Schemas } from './api';
import { addressOf, call, type Filters } from './call';
import type { DeskServer } from './deskServer';
import type { PapersServer } from './papersServer';
import { Problem } from './problem';

export type { Filters } from './call';
export type { ImportReport, Pairing, PairingState, Token } from './deskServer';
export { OFFLINE, Problem } from './problem';

export type Me = Schemas['Me'];
/** An analysis or export on offer, as the server's registry describes it. */
export type AnalysisOffer = Schemas['AnalysisOut'];
export type ExportOffer = Schemas['ExportOut'];
/** What analyses have in common; the result of each is described under its own name in the generated types. */
export type AnalysisAnswer = Omit<Schemas['FrequenciesAnswer'], 'params' | 'result'> & {
  params: Record<string, unknown>;
  result: unknown;
};
export type StudyForm = Omit<Schemas['StudyIn'], 'observers_see' | 'lock_required'>;
export type SetupForm = Omit<Schemas['Setup'], 'token' | 'study'> & { study: StudyForm };
/** What a phone got for a code: whose account it would open, and what it asks again with. */
export type Claimed = Schemas['PairingClaimed'];
export type Things = Schemas['Things'];

/** Calls for screens that are online by nature. Each rejects with a Problem; without a network its code is 'offline'. */
export interface Server extends DeskServer {
  isSetupNeeded(): Promise<boolean>;
  me(): Promise<Me>;
  analyses(): Promise<AnalysisOffer[]>;
  analysis(name: string, filters?: Filters): Promise<AnalysisAnswer>;
  /** What to write about an analysis as it is asked for, and what has to stand on its figures. */
  analysisMethods(name: string, filters?: Filters): Promise<Schemas['Methods']>;
  /** The address of the report, for a plain link. */
  reportUrl(format: 'html' | 'docx', language: string): string;
  /** Exactly the entries behind one cell of an analysis. */
  analysisEntries(name: string, cell: string, filters?: Filters): Promise<Things>;
  exports(): Promise<ExportOffer[]>;
  quarantine(): Promise<Schemas['Page_QuarantinedOut_']>;
  /** Terms, papers and requests: loaded when somebody opens them. */
  papers(): Promise<PapersServer>;
}

/** The verbs that change who is signed in and what there is; the app state wraps them. */
export const door = {
  signIn: (body: Schemas['SignIn']) => ask('post', '/api/v1/session', { body }),
  signOut: () => ask('delete', '/api/v1/session', {}),
  setUp: (token: string, form: SetupForm) =>
    ask('post', '/api/v1/setup', { body: { token, ...form, study: withDefaults(form.study) } }),
  claimPairing: (body: Schemas['PairingClaim']) => ask('post', '/api/v1/pairings/claim', { body }),
  finishPairing: (body: Schemas['PairingFinish']) => ask('post', '/api/v1/pairings/finish', { body }),
  join: (body: Schemas['Acceptance']) => ask('post', '/api/v1/invitations/accept', { body }),
  resetPassword: (token: string, password: string) => ask('post', '/api/v1/reset', { body: { token, password } }),
  createStudy: (form: StudyForm) => ask('post', '/api/v1/studies', { body: withDefaults(form) }),
};

/** Double coding stays blind, and phones have a lock, unless a lead decides otherwise. */
function withDefaults(form: StudyForm): Schemas['StudyIn'] {
  return { observers_see: 'own', lock_required: true, ...form };
}

/** `study` tells which study the calls are about at the moment they are made. */
export function createServer(study: () => string): Server {
  const path = () => ({ study_id: study() });
  // Which analyses and exports there are is found out at run time, so their addresses are not typed.
  const inStudy = (place: string, ...names: string[]) =>
    `/studies/${study()}/${[place, ...names.map(encodeURIComponent)].join('/')}`;
  // What only a desk needs comes when it is needed: logging an entry takes little code.
  const desk = async () => (await import('./deskServer')).createDesk(study);
  return {
    isSetupNeeded,
    me: () => ask('get', '/api/v1/me', {}),
    analyses: async () => (await ask('get', '/api/v1/studies/{study_id}/analyses', { path: path() })).items,
    analysis: (name, query) => call('GET', inStudy('analyses', name), { query }),
    analysisMethods: (name, query) => call('GET', `${inStudy('analyses', name)}/methods`, { query }),
    reportUrl: (format, language) => addressOf(inStudy('report'), { format, language }),
    analysisEntries: (name, cell, filters) =>
      call('GET', `${inStudy('analyses', name)}/entries`, { query: { ...filters, cell } }),
    exports: async () => (await ask('get', '/api/v1/studies/{study_id}/exports', { path: path() })).items,
    exportPreview: async (...asked) => (await desk()).exportPreview(...asked),
    exportLosses: async (...asked) => (await desk()).exportLosses(...asked),
    exportFile: async (...asked) => (await desk()).exportFile(...asked),
    imports: async () => (await desk()).imports(),
    records: async (...asked) => (await desk()).records(...asked),
    withdraw: async (...asked) => (await desk()).withdraw(...asked),
    disclose: async (...asked) => (await desk()).disclose(...asked),
    deviceSheet: async () => (await desk()).deviceSheet(),
    members: async () => (await desk()).members(),
    setRole: async (...asked) => (await desk()).setRole(...asked),
    devices: async () => (await desk()).devices(),
    revokeDevice: async (...asked) => (await desk()).revokeDevice(...asked),
    invitations: async () => (await desk()).invitations(),
    invite: async (...asked) => (await desk()).invite(...asked),
    starters: async () => (await desk()).starters(),
    readCodebook: async (...asked) => (await desk()).readCodebook(...asked),
    search: async (...asked) => (await desk()).search(...asked),
    letExportFull: async (...asked) => (await desk()).letExportFull(...asked),
    importFile: async (...asked) => (await desk()).importFile(...asked),
    tokens: async () => (await desk()).tokens(),
    makeToken: async (...asked) => (await desk()).makeToken(...asked),
    revokeToken: async (...asked) => (await desk()).revokeToken(...asked),
    offerPairing: async () => (await desk()).offerPairing(),
    pairing: async (...asked) => (await desk()).pairing(...asked),
    answerPairing: async (...asked) => (await desk()).answerPairing(...asked),
    papers: async () => (await import('./papersServer')).createPapers(study),
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

import { ask, type Schemas } from './api';
import { call, type Filters } from './call';
import { download, type Download } from './download';
import { createForgotten, type Forgotten } from './forgotten';

export type Preview = Schemas['PreviewOut'];
export type Weighed = Schemas['LossesOut'];
export type ImportFormat = Schemas['FormatOut'];
export type ImportReport = Schemas['ImportOut'];
export type Pairing = Schemas['PairingOffer'];
export type PairingState = Schemas['PairingState'];
export type Token = Schemas['TokenOut'];
export type AuditRecord = Schemas['AuditOut'];
export type Withdrawal = Schemas['WithdrawalOut'];
export type EarlierExport = Schemas['EarlierExport'];
export type Decision = Schemas['Decision'];
export type WithdrawalMode = Withdrawal['mode'];
export type DeviceSheet = Schemas['DeviceSheetOut'];
export type Member = Schemas['MemberOut'];
export type Device = Schemas['DeviceOut'];
export type Invitation = Schemas['InvitationOut'];
export type Starter = Schemas['StarterOut'];
export type CodebookRead = Schemas['CodebookRead'];

export type Things = Schemas['Things'];
/** An analysis or export on offer, as the server's registry describes it. */
export type AnalysisOffer = Schemas['AnalysisOut'];
export type ExportOffer = Schemas['ExportOut'];
/** What analyses have in common; the result of each is described under its own name in the generated types. */
export type AnalysisAnswer = Omit<Schemas['FrequenciesAnswer'], 'params' | 'result'> & {
  params: Record<string, unknown>;
  result: unknown;
};

/** The calls of the desk, as in `Server`. */
export interface DeskServer extends Forgotten {
  analyses(): Promise<AnalysisOffer[]>;
  /** Waits as long as it takes, until it is stopped. */
  analysis(name: string, filters: Filters, signal: AbortSignal): Promise<AnalysisAnswer>;
  /** What to write about an analysis as it is asked for, and what has to stand on its figures. */
  analysisMethods(name: string, filters?: Filters): Promise<Schemas['Methods']>;
  /** Exactly the entries behind one cell of an analysis. */
  analysisEntries(name: string, cell: string, filters: Filters, signal: AbortSignal): Promise<Things>;
  exports(): Promise<ExportOffer[]>;
  quarantine(): Promise<Schemas['Page_QuarantinedOut_']>;
  /** How much a download will hold, and its first rows. */
  exportPreview(name: string, options: Filters): Promise<Preview>;
  /** How long a download will be, and what it leaves out; takes as long as the download. */
  exportLosses(name: string, options: Filters): Promise<Weighed>;
  exportFile(name: string, options: Filters, how: Download): Promise<{ blob: Blob; name: string }>;
  imports(): Promise<ImportFormat[]>;
  /** All of a file or nothing of it; with `dry_run` everything is tried and nothing kept. */
  importFile(name: string, file: Blob, dry_run: boolean, signal: AbortSignal): Promise<ImportReport>;
  tokens(): Promise<Token[]>;
  makeToken(name: string, days: number): Promise<Token & { token: string }>;
  revokeToken(token_id: string): Promise<void>;
  /** A code with which one phone may ask to be let in. */
  offerPairing(): Promise<Pairing>;
  pairing(pairing_id: string): Promise<PairingState>;
  answerPairing(pairing_id: string, allow: boolean): Promise<PairingState>;
  /** The audit log of the study, newest first, of some kinds or all; at most `limit`, and whether there is more. */
  records(kinds: string[], limit: number): Promise<{ items: AuditRecord[]; has_more: boolean }>;
  /** Carry out a person's withdrawal; a dry run changes nothing and counts. */
  withdraw(asked: Schemas['WithdrawalIn']): Promise<Withdrawal>;
  /** Downloads made since something was first written, newest first: they may hold what is struck in it. */
  earlierExports(subject_id: string): Promise<EarlierExport[]>;
  /** Everything about one person, for that person; it goes on record. */
  disclose(actor_id: string): Promise<Record<string, unknown>>;
  /** Whose devices there are, and what would be lost with each. */
  deviceSheet(): Promise<DeviceSheet[]>;
  members(): Promise<Member[]>;
  /** The codebooks that come with Skygge. */
  starters(): Promise<Starter[]>;
  /** A codebook file as it would be as a draft; the server keeps nothing of it. */
  readCodebook(file: Blob): Promise<CodebookRead>;
  setRole(member_id: string, role: Member['role']): Promise<Member>;
  devices(): Promise<Device[]>;
  /** Closed to a device, or open again. */
  revokeDevice(device_id: string, revoked: boolean): Promise<Device>;
  invitations(): Promise<Invitation[]>;
  /** Its code is told this once. */
  invite(role: Member['role'], observer: string | null): Promise<Schemas['InvitationMade']>;
  /** Jottings, field notes and memos that hold these words, newest first. */
  search(q: string, limit: number): Promise<Things>;
  letExportFull(member_id: string, exports_full: boolean): Promise<Member>;
}

/** `study` tells which study the calls are about at the moment they are made. */
export function createDesk(study: () => string): DeskServer {
  const path = () => ({ study_id: study() });
  // Which analyses and formats there are is found out at run time, so their addresses are not typed.
  const inStudy = (...names: string[]) => `/studies/${study()}/${names.map(encodeURIComponent).join('/')}`;
  return { ...createForgotten(path),
    analyses: async () => (await ask('get', '/api/v1/studies/{study_id}/analyses', { path: path() })).items,
    analysis: (name, query, signal) => call('GET', inStudy('analyses', name), { query, signal }),
    analysisMethods: (name, query) => call('GET', inStudy('analyses', name, 'methods'), { query, isLong: true }),
    analysisEntries: (name, cell, filters, signal) => call('GET', inStudy('analyses', name, 'entries'), { query: { ...filters, cell }, signal }),
    exports: async () => (await ask('get', '/api/v1/studies/{study_id}/exports', { path: path() })).items,
    quarantine: () => ask('get', '/api/v1/studies/{study_id}/quarantine', { path: path() }),
    exportPreview: (name, query) => call('GET', inStudy('exports', name, 'preview'), { query, isLong: true }),
    exportLosses: (name, query) => call('GET', inStudy('exports', name, 'losses'), { query, isLong: true }),
    exportFile: (name, query, how) => download(inStudy('exports', name), query, how),
    imports: async () => (await ask('get', '/api/v1/studies/{study_id}/imports', { path: path() })).items,
    importFile: (name, file, dry_run, signal) => call('POST', inStudy('imports', name), { query: { dry_run }, file, signal }),
    tokens: async () => (await ask('get', '/api/v1/studies/{study_id}/tokens', { path: path() })).items,
    makeToken: (name, days) => ask('post', '/api/v1/studies/{study_id}/tokens', { path: path(), body: { name, days } }),
    revokeToken: (token_id) =>
      ask('delete', '/api/v1/studies/{study_id}/tokens/{token_id}', { path: { ...path(), token_id } }),
    offerPairing: () => ask('post', '/api/v1/pairings', {}),
    pairing: (pairing_id) => ask('get', '/api/v1/pairings/{pairing_id}', { path: { pairing_id } }),
    answerPairing: (pairing_id, allow) =>
      ask('post', '/api/v1/pairings/{pairing_id}/answer', { path: { pairing_id }, body: { allow } }),
    records: async (kind, limit) => {
      const page = await ask('get', '/api/v1/studies/{study_id}/audit', { path: path(), query: { kind, limit } });
      return { items: page.items, has_more: page.cursor !== null };
    },
    withdraw: (body) => ask('post', '/api/v1/studies/{study_id}/withdrawals', { path: path(), body }),
    earlierExports: async (subject_id) =>
      (await ask('get', '/api/v1/studies/{study_id}/things/{subject_id}/exports', { path: { ...path(), subject_id }, query: { limit: 500 } })).items,
    disclose: (actor_id) =>
      ask('post', '/api/v1/studies/{study_id}/actors/{actor_id}/disclosure', { path: { ...path(), actor_id } }),
    deviceSheet: async () => (await ask('get', '/api/v1/studies/{study_id}/device-sheet', { path: path() })).items,
    members: async () => (await ask('get', '/api/v1/studies/{study_id}/members', { path: path() })).items,
    setRole: (member_id, role) =>
      ask('patch', '/api/v1/studies/{study_id}/members/{member_id}', { path: { ...path(), member_id }, body: { role } }),
    devices: async () => (await ask('get', '/api/v1/studies/{study_id}/devices', { path: path() })).items,
    revokeDevice: (device_id, revoked) =>
      ask('post', '/api/v1/studies/{study_id}/devices', { path: path(), body: { device_id, revoked } }),
    invitations: async () => (await ask('get', '/api/v1/studies/{study_id}/invitations', { path: path() })).items,
    invite: (role, observer) =>
      ask('post', '/api/v1/studies/{study_id}/invitations', { path: path(), body: { role, observer } }),
    starters: async () => (await ask('get', '/api/v1/starters', {})).items,
    readCodebook: (file) => call('POST', inStudy('codebooks', 'read'), { file }),
    search: (q, limit) => ask('get', '/api/v1/studies/{study_id}/search', { path: path(), query: { q, limit } }),
    letExportFull: (member_id, exports_full) =>
      ask('patch', '/api/v1/studies/{study_id}/members/{member_id}', { path: { ...path(), member_id }, body: { exports_full } }),
  };
}

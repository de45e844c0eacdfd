import { ask, type Schemas } from './api';
import { call, type Filters } from './call';
import { download, type Download } from './download';

export type Preview = Schemas['PreviewOut'];
export type Weighed = Schemas['LossesOut'];
export type ImportFormat = Schemas['FormatOut'];
export type ImportReport = Schemas['ImportOut'];
export type Pairing = Schemas['PairingOffer'];
export type PairingState = Schemas['PairingState'];
export type Token = Schemas['TokenOut'];
export type AuditRecord = Schemas['AuditOut'];
export type Member = Schemas['MemberOut'];

/** Calls for exports, imports and tokens, as in `Server`. */
export interface DeskServer {
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
  /** A code with which one phone may ask to be let in. */
  offerPairing(): Promise<Pairing>;
  pairing(pairing_id: string): Promise<PairingState>;
  answerPairing(pairing_id: string, allow: boolean): Promise<PairingState>;
  /** The audit log of the study, newest first, of some kinds or all; at most `limit`, and whether there is more. */
  records(kinds: string[], limit: number): Promise<{ items: AuditRecord[]; has_more: boolean }>;
  members(): Promise<Member[]>;
  /** Jottings, field notes and memos that hold these words, newest first. */
  search(q: string, limit: number): Promise<Schemas['Things']>;
  letExportFull(member_id: string, exports_full: boolean): Promise<Member>;
}

/** `study` tells which study the calls are about at the moment they are made. */
export function createDesk(study: () => string): DeskServer {
  const path = () => ({ study_id: study() });
  // Which formats there are is found out at run time, so their addresses are not typed.
  const inStudy = (...names: string[]) => `/studies/${study()}/${names.map(encodeURIComponent).join('/')}`;
  return {
    exportPreview: (name, query) => call('GET', inStudy('exports', name, 'preview'), { query, isLong: true }),
    exportLosses: (name, query) => call('GET', inStudy('exports', name, 'losses'), { query, isLong: true }),
    exportFile: (name, query, how) => download(inStudy('exports', name), query, how),
    imports: async () => (await ask('get', '/api/v1/studies/{study_id}/imports', { path: path() })).items,
    importFile: (name, file, dry_run) => call('POST', inStudy('imports', name), { query: { dry_run }, file, isLong: true }),
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
    members: async () => (await ask('get', '/api/v1/studies/{study_id}/members', { path: path() })).items,
    search: (q, limit) => ask('get', '/api/v1/studies/{study_id}/search', { path: path(), query: { q, limit } }),
    letExportFull: (member_id, exports_full) =>
      ask('patch', '/api/v1/studies/{study_id}/members/{member_id}', {
        path: { ...path(), member_id },
        body: { exports_full },
      }),
  };
}

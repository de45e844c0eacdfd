import { ask, type Schemas } from './api';
import { addressOf, call } from './call';

export type StudyTerms = Schemas['StudyOut'];
export type TermsAmended = Schemas['StudyAmended'];
export type StudyEnd = Schemas['EndOut'];
export type Concern = Schemas['ConcernOut'];
export type Chain = Schemas['ChainOut'];
export type PersonRequest = Schemas['RequestOut'];
export type RequestKind = PersonRequest['kind'];
export type Outcome = NonNullable<PersonRequest['outcome']>;
export type PaperKind = 'dpia' | 'data-management' | 'downloads' | 'requests';
export type PaperFormat = 'html' | 'docx';

/** Calls about the papers of a study and what its people may ask for, as in `Server`. */
export interface PapersServer {
  /** The study's settings, its terms among them. */
  terms(): Promise<StudyTerms>;
  amendTerms(terms: TermsAmended): Promise<StudyTerms>;
  /** The address of a paper, for a plain link. */
  paperUrl(kind: PaperKind, format: PaperFormat, language: string): string;
  /** What erasing the study would take; with its title typed, erase it. */
  endStudy(asked: Schemas['EndIn']): Promise<StudyEnd>;
  /** Whether the audit log is what it was. */
  chain(): Promise<Chain>;
  /** My concerns with their words; a lead learns that others have some. */
  concerns(): Promise<Concern[]>;
  writeConcern(text: string): Promise<Concern>;
  removeConcern(concern_id: string): Promise<void>;
  /** What people observed have asked for, the soonest due first. */
  requests(): Promise<PersonRequest[]>;
  writeRequest(asked: Schemas['RequestIn']): Promise<PersonRequest>;
  amendRequest(request_id: string, said: Schemas['RequestAmended']): Promise<PersonRequest>;
}

/** `study` tells which study the calls are about at the moment they are made. */
export function createPapers(study: () => string): PapersServer {
  const path = () => ({ study_id: study() });
  return {
    terms: () => ask('get', '/api/v1/studies/{study_id}', { path: path() }),
    amendTerms: (body) => ask('patch', '/api/v1/studies/{study_id}', { path: path(), body }),
    endStudy: (body) => call('POST', `/studies/${study()}/end`, { body, isLong: true }),
    chain: () => ask('get', '/api/v1/studies/{study_id}/audit/chain', { path: path() }),
    concerns: async () =>
      (await ask('get', '/api/v1/studies/{study_id}/concerns', { path: path(), query: { limit: 500 } })).items,
    writeConcern: (text) => ask('post', '/api/v1/studies/{study_id}/concerns', { path: path(), body: { text } }),
    removeConcern: (concern_id) =>
      ask('delete', '/api/v1/studies/{study_id}/concerns/{concern_id}', { path: { ...path(), concern_id } }),
    requests: async () =>
      (await ask('get', '/api/v1/studies/{study_id}/requests', { path: path(), query: { limit: 1000 } })).items,
    writeRequest: (body) => ask('post', '/api/v1/studies/{study_id}/requests', { path: path(), body }),
    amendRequest: (request_id, body) =>
      ask('patch', '/api/v1/studies/{study_id}/requests/{request_id}', { path: { ...path(), request_id }, body }),
    paperUrl: (kind, format, language) => addressOf(`/studies/${study()}/papers/${kind}`, { format, language }),
  };
}

import { ask, type Schemas } from './api';
import { addressOf, call } from './call';

export type StudyTerms = Schemas['StudyOut'];
export type TermsAmended = Schemas['StudyAmended'];
export type StudyEnd = Schemas['EndOut'];
export type PaperKind = 'dpia' | 'data-management';
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
}

/** `study` tells which study the calls are about at the moment they are made. */
export function createPapers(study: () => string): PapersServer {
  const path = () => ({ study_id: study() });
  return {
    terms: () => ask('get', '/api/v1/studies/{study_id}', { path: path() }),
    amendTerms: (body) => ask('patch', '/api/v1/studies/{study_id}', { path: path(), body }),
    endStudy: (body) => call('POST', `/studies/${study()}/end`, { body, isLong: true }),
    paperUrl: (kind, format, language) => addressOf(`/studies/${study()}/papers/${kind}`, { format, language }),
  };
}

import type { Account, StudyBrief } from '../store/session';

/** A refusal by the server, or 'offline'. `code` is the stable code of the problem, `retry_after_s` its wish. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly retry_after_s?: number,
  ) {
    super(code);
  }
}

export interface Me {
  account: Account;
  studies: StudyBrief[];
  server_time: string;
}

/** A parameter that an analysis or export offers, as the registry describes it. */
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

export type Filters = Record<string, string | number | boolean | readonly string[] | undefined>;

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

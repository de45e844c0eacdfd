/** A refusal by the server, or no answer at all: then `code` is 'offline'. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** The stable code of the server's catalogue. */
    readonly code: string,
    /** How long the server wants to be left alone, in seconds. */
    readonly retry_after_s?: number,
    /** Where it was wrong, for requests and files that say so: names and rows, never what stood there. */
    readonly errors: readonly WrongPlace[] = [],
    /** By which the server's log tells of the request, where the server answered. */
    readonly request_id?: string,
  ) {
    super(code);
    this.name = 'Problem';
  }
}

export interface WrongPlace {
  loc: (string | number)[];
  kind: string;
}

export const OFFLINE = 'offline';
/** Somebody else answered: a proxy, a hotel's sign-in page. Nothing may be concluded from it. */
export const FOREIGN_ANSWER = 'answer.foreign';
/** Somebody stopped what was under way. */
export const STOPPED = 'stopped';

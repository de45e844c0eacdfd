/** A refusal by the server, or no answer at all: then `code` is 'offline'. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** The stable code of the server's catalogue. */
    readonly code: string,
    /** How long the server wants to be left alone, in seconds. */
    readonly retry_after_s?: number,
  ) {
    super(code);
    this.name = 'Problem';
  }
}

export const OFFLINE = 'offline';
/** Somebody else answered: a proxy, a hotel's sign-in page. Nothing may be concluded from it. */
export const FOREIGN_ANSWER = 'answer.foreign';

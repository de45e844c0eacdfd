import { ask, type Schemas } from './api';

export type SpareCodes = Schemas['SpareCodes'];
export type SpareCodesMade = Schemas['SpareCodesMade'];
export type ResetMade = Schemas['ResetMade'];

/** The calls about passwords, one's own and others', as in `Server`. */
export interface Forgotten {
  /** A link with which a member chooses a new password; told this once. */
  resetMember(member_id: string): Promise<ResetMade>;
  /** The same for any account, by the server's administrator. */
  resetAnybody(name: string, password: string): Promise<ResetMade>;
  /** Ends every other sign-in, and the sheet. */
  changePassword(password: string, new_password: string): Promise<unknown>;
  spareCodes(): Promise<SpareCodes>;
  /** A new sheet, which ends the old one; told this once. */
  makeSpareCodes(password: string): Promise<SpareCodesMade>;
}

export function createForgotten(path: () => { study_id: string }): Forgotten {
  return {
    resetMember: (member_id) =>
      ask('post', '/api/v1/studies/{study_id}/members/{member_id}/reset', { path: { ...path(), member_id } }),
    resetAnybody: (name, password) => ask('post', '/api/v1/resets', { body: { name, password } }),
    changePassword: (password, new_password) => ask('post', '/api/v1/password', { body: { password, new_password } }),
    spareCodes: () => ask('get', '/api/v1/spare-codes', {}),
    makeSpareCodes: (password) => ask('post', '/api/v1/spare-codes', { body: { password } }),
  };
}

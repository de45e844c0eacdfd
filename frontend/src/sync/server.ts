import { ask, type Schemas } from './api';
import { addressOf } from './call';
import type { DeskServer } from './deskServer';
import type { PapersServer } from './papersServer';
import { Problem } from './problem';

export type { Filters } from './call';
export type { AnalysisAnswer, AnalysisOffer, ExportOffer, ImportReport, Pairing, PairingState, Things, Token } from './deskServer';
export { OFFLINE, Problem } from './problem';

export type Me = Schemas['Me'];
export type StudyForm = Omit<Schemas['StudyIn'], 'observers_see' | 'lock_required'>;
export type SetupForm = Omit<Schemas['Setup'], 'token' | 'study'> & { study: StudyForm };
export type Invited = Schemas['Acceptance'];
/** What a phone got for a code: whose account it would open, and what it asks again with. */
export type Claimed = Schemas['PairingClaimed'];

/** Calls for screens that are online by nature. Each rejects with a Problem; without a network its code is 'offline'. */
export type Server = Near & DeskServer;

interface Near {
  isSetupNeeded(): Promise<boolean>;
  me(): Promise<Me>;
  /** The address of the report, for a plain link. */
  reportUrl(format: 'html' | 'docx', language: string): string;
  /** Terms, papers and requests: loaded when somebody opens them. */
  papers(): Promise<PapersServer>;
}

/** The verbs of every day; those of a first day are in entrance.ts. The app state wraps them. */
export const door = {
  signIn: (body: Schemas['SignIn']) => ask('post', '/api/v1/session', { body }),
  signOut: () => ask('delete', '/api/v1/session', {}),
};

/** `study` tells which study the calls are about at the moment they are made. */
export function createServer(study: () => string): Server {
  const near: Near = {
    isSetupNeeded,
    me: () => ask('get', '/api/v1/me', {}),
    reportUrl: (format, language) => addressOf(`/studies/${study()}/report`, { format, language }),
    papers: async () => (await import('./papersServer')).createPapers(study),
  };
  // What only a desk needs comes when it is called: logging an entry takes little code.
  const far = (name: keyof DeskServer) => async (...asked: never[]) => {
    const { createDesk } = await import('./deskServer');
    return (createDesk(study)[name] as (...asked: never[]) => Promise<unknown>)(...asked);
  };
  return new Proxy(near, { get: (own, name) => Reflect.get(own, name) ?? far(name as keyof DeskServer) }) as Server;
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

import { newId } from '../store/identity';
import { FOREIGN_ANSWER, OFFLINE, Problem, STOPPED, type WrongPlace } from './problem';

/** The one place where this app talks to its server. */

const ROOT = '/api/v1';
const PATIENCE_MS = 30_000;
const LONG_PATIENCE_MS = 600_000;
/** Below this, packing costs more than it saves. */
const WORTH_PACKING = 2048;
/** Browsers let a page that is going away send no more than this. */
const KEEPALIVE_BYTES = 60_000;

export type Filters = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export interface Call {
  body?: unknown;
  query?: Filters | undefined;
  /** Let the request live on when the page goes away; only for small bodies. */
  isLast?: boolean;
  /** A file as the body, as it is. */
  file?: Blob | undefined;
  /** For what takes the server long: a download to weigh. */
  isLong?: boolean;
  /** For what somebody may stop: it is given up when they do, and not before. */
  signal?: AbortSignal;
}

export function addressOf(path: string, query: Filters = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value]) search.append(name, String(each));
  }
  return ROOT + path + (search.size > 0 ? `?${search}` : '');
}

/** Ask the server. Rejects with a Problem for every answer that is not a success, for none at all, and when stopped. */
export async function call<T>(method: string, path: string, about: Call = {}): Promise<T> {
  return wait<T>(method, path, about).catch((error: unknown) => {
    throw about.signal?.aborted ? new Problem(0, STOPPED) : error;
  });
}

async function wait<T>(method: string, path: string, about: Call): Promise<T> {
  const answer = await send(addressOf(path, about.query), await request(method, about));
  if (!answer.ok) throw await readProblem(answer);
  if (answer.status === 204) return undefined as T;
  if (!isJson(answer)) throw new Problem(answer.status, FOREIGN_ANSWER);
  return readWhole<T>(answer);
}

/** The body of an answer. One that breaks off half way is no answer at all: the network failed, nothing is known. */
async function readWhole<T>(answer: Response): Promise<T> {
  try {
    return (await answer.json()) as T;
  } catch (error) {
    throw error instanceof SyntaxError ? new Problem(answer.status, FOREIGN_ANSWER) : new Problem(0, OFFLINE);
  }
}

/** The one fetch. Each request has an id of its own, by which the server's log tells of it. */
export async function send(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, headers: { ...init.headers, 'X-Request-Id': newId() } });
  } catch {
    throw new Problem(0, OFFLINE);
  }
}

/** Events of the server, each read as JSON, until it is called off or ends by itself. Gives back how to call it off. */
export function listen(path: string, heard: (told: unknown) => void, ended: () => void): () => void {
  const source = new EventSource(addressOf(path));
  source.onmessage = (event: MessageEvent<string>) => heard(readJson(event.data));
  source.onerror = () => {
    // It would come back by itself every few seconds, network or not; when to ask again is for sync to say.
    source.close();
    ended();
  };
  return () => source.close();
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function request(method: string, { body, isLast = false, file, isLong = false, signal }: Call): Promise<RequestInit> {
  const init: RequestInit = {
    method,
    cache: 'no-store',
    credentials: 'same-origin',
    // A hotel's sign-in page redirects everything; following it would look like an answer.
    redirect: 'error',
  };
  if (!isLast) init.signal = signal ?? AbortSignal.timeout(isLong ? LONG_PATIENCE_MS : PATIENCE_MS);
  if (file) return { ...init, headers: { 'Content-Type': 'application/octet-stream' }, body: file };
  if (body === undefined) return init;
  const text = JSON.stringify(body);
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (isLast) return { ...init, headers, body: text, keepalive: text.length < KEEPALIVE_BYTES };
  if (text.length < WORTH_PACKING || typeof CompressionStream === 'undefined') return { ...init, headers, body: text };
  return { ...init, headers: { ...headers, 'Content-Encoding': 'gzip' }, body: await pack(text) };
}

async function pack(text: string): Promise<ArrayBuffer> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Response(packed).arrayBuffer();
}

export async function readProblem(answer: Response): Promise<Problem> {
  const wait = Number(answer.headers.get('Retry-After'));
  const retry_after_s = wait > 0 ? wait : undefined;
  const told: unknown = isJson(answer) ? await answer.json().catch(() => undefined) : undefined;
  const code = typeof told === 'object' && told !== null && 'code' in told ? String(told.code) : FOREIGN_ANSWER;
  const errors = typeof told === 'object' && told !== null && 'errors' in told ? (told.errors as WrongPlace[]) : [];
  return new Problem(answer.status, code, retry_after_s, errors, answer.headers.get('X-Request-Id') ?? undefined);
}

function isJson(answer: Response): boolean {
  return /^application\/(problem\+)?json/.test(answer.headers.get('Content-Type') ?? '');
}

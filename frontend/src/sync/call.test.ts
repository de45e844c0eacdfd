// @vitest-environment node
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addressOf, call, send } from './call';
import { FOREIGN_ANSWER, STOPPED } from './problem';
import { ClockOffset } from './serverCopy';

function answerWith(status: number, body: string | null, headers: Record<string, string> = {}) {
  const fetching = vi.fn((_address: string, _init: RequestInit) => Promise.resolve(new Response(body, { status, headers })));
  vi.stubGlobal('fetch', fetching);
  return fetching;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const PROBLEM_TYPE = { 'Content-Type': 'application/problem+json' };

afterEach(() => vi.unstubAllGlobals());

describe('asking the server', () => {
  it('gives back what it says', async () => {
    answerWith(200, '{"a":1}', JSON_TYPE);
    expect(await call('GET', '/me')).toEqual({ a: 1 });
    answerWith(204, null);
    expect(await call('DELETE', '/session')).toBeUndefined();
  });

  it('packs large bodies and leaves small ones', async () => {
    const fetching = answerWith(200, '{}', JSON_TYPE);
    await call('POST', '/x', { body: { a: 1 } });
    expect(fetching.mock.calls[0]?.[1].body).toBe('{"a":1}');
    const large = { text: 'æ'.repeat(5000) };
    await call('POST', '/x', { body: large });
    const sent = fetching.mock.calls[1]?.[1];
    expect(sent?.headers).toMatchObject({ 'Content-Encoding': 'gzip' });
    expect(JSON.parse(gunzipSync(sent?.body as ArrayBuffer).toString())).toEqual(large);
  });

  it('gives each request an id of its own beside its other headers, a file and a download too', async () => {
    const fetching = answerWith(200, '{}', JSON_TYPE);
    await call('GET', '/x');
    await call('POST', '/x', { body: {} });
    await call('POST', '/x', { file: new Blob(['a']) });
    await send('/api/v1/x', { signal: new AbortController().signal });
    const sent = fetching.mock.calls.map(([, init]) => init.headers as Record<string, string>);
    const ids = sent.map((headers) => headers['X-Request-Id']);
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(sent[1]?.['Content-Type']).toBe('application/json');
    expect(sent[2]?.['Content-Type']).toBe('application/octet-stream');
  });

  it('gives up what somebody stops, and says that it was stopped', async () => {
    const never = (_address: string, { signal }: RequestInit) =>
      new Promise<Response>((_answer, fail) => {
        if (signal?.aborted) fail(signal.reason);
        signal?.addEventListener('abort', () => fail(signal.reason));
      });
    vi.stubGlobal('fetch', never);
    const stopping = new AbortController();
    const asked = call('POST', '/x', { file: new Blob(['a']), signal: stopping.signal });
    stopping.abort();
    await expect(asked).rejects.toMatchObject({ status: 0, code: STOPPED });
  });

  it('names a problem by the server’s code and hears its wish for rest', async () => {
    answerWith(429, '{"code":"session.too_many_attempts"}', { ...PROBLEM_TYPE, 'Retry-After': '30' });
    await expect(call('POST', '/session')).rejects.toMatchObject({
      status: 429,
      code: 'session.too_many_attempts',
      retry_after_s: 30,
    });
  });

  it('keeps the id by which the server tells of a request that it failed', async () => {
    const request_id = '0192a000-0000-7000-8000-00000000beef';
    answerWith(500, '{"code":"server.failed"}', { ...PROBLEM_TYPE, 'X-Request-Id': request_id });
    await expect(call('GET', '/x')).rejects.toMatchObject({ status: 500, code: 'server.failed', request_id });
  });

  it('concludes nothing from a stranger’s answer', async () => {
    answerWith(400, '<h1>Hotel Wi-Fi</h1>', { 'Content-Type': 'text/html' });
    await expect(call('GET', '/me')).rejects.toMatchObject({ code: FOREIGN_ANSWER });
    answerWith(200, '<h1>Hotel Wi-Fi</h1>', { 'Content-Type': 'text/html' });
    await expect(call('GET', '/me')).rejects.toMatchObject({ code: FOREIGN_ANSWER });
  });

  it('calls a missing network by its name', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(call('GET', '/me')).rejects.toMatchObject({ status: 0, code: 'offline' });
  });

  it('calls an answer that breaks off half way a missing network, and one that is no JSON a stranger’s', async () => {
    const broken = new ReadableStream({
      start(stream) {
        stream.enqueue(new TextEncoder().encode('{"epoch":"'));
        stream.error(new TypeError('terminated'));
      },
    });
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(broken, { headers: JSON_TYPE })));
    await expect(call('GET', '/me')).rejects.toMatchObject({ status: 0, code: 'offline' });
    answerWith(200, '{"epoch":"', JSON_TYPE);
    await expect(call('GET', '/me')).rejects.toMatchObject({ status: 200, code: FOREIGN_ANSWER });
  });

  it('repeats a key for any-of filters and leaves out what is not set', () => {
    expect(addressOf('/x', { flag: ['a', 'b&c'], limit: 5, from: undefined, to: null })).toBe(
      '/api/v1/x?flag=a&flag=b%26c&limit=5',
    );
  });
});

describe('the clock', () => {
  it('is told by the exchange that took the shortest time', () => {
    const clock = new ClockOffset();
    clock.hear(1000, 400, 410, 1110);
    expect(clock.offset_ms).toBe(650);
    clock.hear(2000, 1380, 1380, 2010);
    expect(clock.offset_ms).toBe(625);
    clock.hear(3000, 0, 0, 9000);
    expect(clock.offset_ms).toBe(625);
  });
});

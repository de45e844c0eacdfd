import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Update } from './update.svelte';

/** A service worker as the browser shows it to a page. */
class FakeWorker extends EventTarget {
  constructor(
    public state: string,
    readonly asked: unknown[] = [],
  ) {
    super();
  }
  becomes(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
  postMessage(message: unknown, ports: MessagePort[]): void {
    this.asked.push(message);
    kept = true;
    ports[0]?.postMessage('done');
  }
}

class FakeRegistration extends EventTarget {
  update = vi.fn(() => Promise.resolve());
  constructor(readonly workers: { active?: FakeWorker; waiting?: FakeWorker; installing?: FakeWorker }) {
    super();
    Object.assign(this, { active: null, waiting: null, installing: null, ...workers });
  }
}

let kept: boolean;
const register = vi.fn<() => Promise<FakeRegistration>>();
const getRegistration = vi.fn<() => Promise<FakeRegistration | undefined>>();
const aMoment = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  kept = true;
  getRegistration.mockResolvedValue(new FakeRegistration({ active: new FakeWorker('activated') }));
  vi.useFakeTimers();
  vi.stubEnv('DEV', false);
  vi.stubGlobal('navigator', { serviceWorker: Object.assign(new EventTarget(), { register, getRegistration, controller: null }) });
  vi.stubGlobal('caches', { match: () => Promise.resolve(kept ? {} : undefined) });
});

afterEach(() => {
  vi.resetAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe('the app’s own files', () => {
  it('are told as kept when the first worker works', async () => {
    const installing = new FakeWorker('installing');
    const registration = new FakeRegistration({ installing });
    register.mockResolvedValue(registration);
    const update = new Update();
    const done = update.register();
    await aMoment();
    expect(update.isReadyOffline).toBe(false);
    installing.becomes('activated');
    await done;
    expect(update.isReadyOffline).toBe(true);
    // The browser moves it from one place to the other when it likes.
    expect(update.isSettled).toBe(false);
    Object.assign(registration, { installing: null, active: installing });
    await aMoment();
    expect(update.isSettled).toBe(true);
    expect(register).toHaveBeenCalledTimes(1);
  });

  it('are asked for again when an installation broke off, without a new start of the app', async () => {
    const installing = new FakeWorker('installing');
    register.mockResolvedValueOnce(new FakeRegistration({ installing }));
    register.mockResolvedValue(new FakeRegistration({ active: new FakeWorker('activated') }));
    const update = new Update();
    const done = update.register();
    await aMoment();
    installing.becomes('redundant');
    await vi.advanceTimersByTimeAsync(1000);
    await done;
    expect(update.isReadyOffline).toBe(true);
    expect(register).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['never answers', () => new Promise<FakeRegistration>(() => undefined)],
    ['refuses', () => Promise.reject(new Error('aborted'))],
    ['answers with an old worker that is being thrown away', () => Promise.resolve(new FakeRegistration({ active: new FakeWorker('redundant') }))],
    ['answers with nothing in it', () => Promise.resolve(new FakeRegistration({}))],
  ])('are asked for again when the browser %s', async (_how, answer) => {
    register.mockImplementationOnce(answer);
    register.mockResolvedValue(new FakeRegistration({ active: new FakeWorker('activated') }));
    const update = new Update();
    const done = update.register();
    await vi.advanceTimersByTimeAsync(30_000);
    await done;
    expect(update.isReadyOffline).toBe(true);
    expect(register).toHaveBeenCalledTimes(2);
  });

  it('are asked for at once when a network is there again', async () => {
    register.mockRejectedValueOnce(new Error('no network'));
    register.mockResolvedValue(new FakeRegistration({ active: new FakeWorker('activated') }));
    const done = new Update().register();
    await aMoment();
    dispatchEvent(new Event('online'));
    await done;
    expect(register).toHaveBeenCalledTimes(2);
  });

  it('are on their way while the browser looks for newer ones', async () => {
    const registration = new FakeRegistration({ active: new FakeWorker('activated') });
    let found: () => void = () => undefined;
    registration.update.mockReturnValue(new Promise<void>((resolve) => (found = resolve)));
    register.mockResolvedValue(registration);
    const update = new Update();
    await update.register();
    expect([update.isReadyOffline, update.isSettled]).toEqual([true, false]);
    found();
    await aMoment();
    expect(update.isSettled).toBe(true);
  });

  it('are asked for again when the browser takes a worker away that has worked', async () => {
    const registration = new FakeRegistration({ active: new FakeWorker('activated') });
    register.mockResolvedValue(registration);
    getRegistration.mockResolvedValueOnce(registration).mockResolvedValueOnce(undefined).mockResolvedValue(registration);
    const update = new Update();
    await update.register();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(register).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(57_000);
    expect(register).toHaveBeenCalledTimes(2);
    expect(update.isReadyOffline).toBe(true);
  });

  it('are looked for a few times and no more, however often the browser says that it has none', async () => {
    register.mockResolvedValue(new FakeRegistration({ active: new FakeWorker('activated') }));
    getRegistration.mockResolvedValue(undefined);
    await new Update().register();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(register).toHaveBeenCalledTimes(5);
  });

  it.each([
    ['never answers', () => new Promise<undefined>(() => undefined)],
    ['refuses', () => Promise.reject(new Error('aborted'))],
  ])('are there as before when the browser is asked for them and %s', async (_how, answer) => {
    register.mockResolvedValue(new FakeRegistration({ active: new FakeWorker('activated') }));
    getRegistration.mockImplementationOnce(answer).mockImplementationOnce(answer);
    const update = new Update();
    await update.register();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(update.isReadyOffline).toBe(true);
    expect(register).toHaveBeenCalledTimes(1);
    // It goes on looking.
    getRegistration.mockResolvedValueOnce(undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(register).toHaveBeenCalledTimes(2);
  });

  it('are not ready while the browser says that it has no worker', async () => {
    register.mockResolvedValueOnce(new FakeRegistration({ active: new FakeWorker('activated') }));
    register.mockReturnValue(new Promise(() => undefined));
    getRegistration.mockResolvedValue(undefined);
    const update = new Update();
    await update.register();
    await vi.advanceTimersByTimeAsync(3_000);
    expect([update.isReadyOffline, update.isSettled]).toEqual([false, false]);
  });

  it('are fetched again by a worker that outlived them', async () => {
    kept = false;
    const active = new FakeWorker('activated');
    register.mockResolvedValue(new FakeRegistration({ active }));
    const update = new Update();
    await update.register();
    expect(active.asked).toEqual(['fill']);
    expect(update.isReadyOffline).toBe(true);
  });

  it('are looked after once, however often it is asked', async () => {
    const installing = new FakeWorker('installing');
    register.mockResolvedValue(new FakeRegistration({ installing }));
    const update = new Update();
    const both = Promise.all([update.register(), update.renew()]);
    await aMoment();
    installing.becomes('activated');
    await both;
    expect(register).toHaveBeenCalledTimes(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SyncTimes, waitAfter, type Occasions } from './when';

const run = vi.fn<Occasions['run']>();
const leave = vi.fn();
let isObserving = false;
let times: SyncTimes;

beforeEach(() => {
  vi.useFakeTimers();
  run.mockReset().mockResolvedValue('done');
  leave.mockReset();
  isObserving = false;
  times = new SyncTimes({ run, leave, isObserving: () => isObserving });
});

afterEach(() => {
  times.stop();
  vi.useRealTimers();
});

async function startQuietly(): Promise<void> {
  times.start();
  await vi.advanceTimersByTimeAsync(0);
  run.mockClear();
}

describe('syncing happens', () => {
  it('at the start', async () => {
    times.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(run).toHaveBeenCalledOnce();
  });

  it('once, two seconds after the first of several saves', async () => {
    await startQuietly();
    for (let save = 0; save < 5; save++) times.saved();
    await vi.advanceTimersByTimeAsync(1999);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledOnce();
  });

  it('every minute, but not while an encounter runs', async () => {
    await startQuietly();
    await vi.advanceTimersByTimeAsync(60_001);
    expect(run).toHaveBeenCalledTimes(1);
    isObserving = true;
    await vi.advanceTimersByTimeAsync(180_001);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('within a second of a hint, but not while an encounter runs nor before a wait after a failure is over', async () => {
    await startQuietly();
    times.hinted();
    times.hinted();
    await vi.advanceTimersByTimeAsync(1001);
    expect(run).toHaveBeenCalledTimes(1);
    isObserving = true;
    times.hinted();
    await vi.advanceTimersByTimeAsync(5000);
    expect(run).toHaveBeenCalledTimes(1);
    isObserving = false;
    run.mockResolvedValueOnce({ failed: true, retry_after_ms: 30_000 });
    await times.now();
    times.hinted();
    await vi.advanceTimersByTimeAsync(29_000);
    expect(run).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(3);
  });

  it('within a second of leaving an encounter in which a hint came, and only then', async () => {
    await startQuietly();
    isObserving = true;
    window.dispatchEvent(new Event('hashchange'));
    times.hinted();
    window.dispatchEvent(new Event('hashchange'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(run).not.toHaveBeenCalled();
    isObserving = false;
    window.dispatchEvent(new Event('hashchange'));
    await vi.advanceTimersByTimeAsync(1001);
    expect(run).toHaveBeenCalledTimes(1);
    window.dispatchEvent(new Event('hashchange'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('when somebody looks at the phone, whatever has failed before', async () => {
    await startQuietly();
    run.mockResolvedValue({ failed: true });
    for (let failure = 0; failure < 9; failure++) await times.now();
    run.mockClear();
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(0);
    expect(run).toHaveBeenCalledOnce();
  });

  it('when the network comes back, whatever has failed before', async () => {
    await startQuietly();
    run.mockResolvedValue({ failed: true, retry_after_ms: 600_000 });
    await times.now();
    run.mockClear();
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(run).toHaveBeenCalledOnce();
  });

  it('once more when something was asked for during a run', async () => {
    await startQuietly();
    let finish: (outcome: 'done') => void = () => undefined;
    run.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    const first = times.now();
    void times.now();
    expect(run).toHaveBeenCalledOnce();
    finish('done');
    await first;
    await vi.advanceTimersByTimeAsync(0);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('at once when it was asked for during a run that fails', async () => {
    await startQuietly();
    let finish: (outcome: { failed: true; retry_after_ms: number }) => void = () => undefined;
    run.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
    const first = times.now();
    const second = times.now();
    finish({ failed: true, retry_after_ms: 600_000 });
    await Promise.all([first, second]);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('for the last time when the page goes away', async () => {
    await startQuietly();
    window.dispatchEvent(new Event('pagehide'));
    expect(leave).toHaveBeenCalledOnce();
  });
});

describe('after it was stopped', () => {
  it('nothing happens any more, though a run was under way and fails', async () => {
    await startQuietly();
    run.mockResolvedValue({ failed: true });
    const underWay = times.now();
    times.stop();
    await underWay;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(run).toHaveBeenCalledOnce();
  });
});

describe('after a failure', () => {
  it('it waits longer and longer, never less than the server wishes, and a save does not shorten that', async () => {
    await startQuietly();
    run.mockResolvedValue({ failed: true, retry_after_ms: 30_000 });
    await times.now();
    times.saved();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('the wait doubles up to five minutes, half of it by chance', () => {
    expect([1, 2, 3].map((failures) => waitAfter(failures, 1))).toEqual([2000, 4000, 8000]);
    expect(waitAfter(1, 0)).toBe(1000);
    expect(waitAfter(50, 1)).toBe(300_000);
    expect(waitAfter(5000, 0)).toBe(150_000);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Hints } from './hints';

class FakeSource {
  static all: FakeSource[] = [];
  onmessage: ((event: { data: string }) => void) | undefined;
  onerror: (() => void) | undefined;
  isClosed = false;

  constructor(readonly address: string) {
    FakeSource.all.push(this);
  }

  close(): void {
    this.isClosed = true;
  }
}

const heard = vi.fn();
let hints: Hints;
let visibility: DocumentVisibilityState;

beforeEach(() => {
  FakeSource.all = [];
  heard.mockReset();
  visibility = 'visible';
  vi.stubGlobal('EventSource', FakeSource);
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
  hints = new Hints('s1', heard);
  hints.start();
});

afterEach(() => {
  hints.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function open(): FakeSource[] {
  return FakeSource.all.filter((source) => !source.isClosed);
}

describe('hints from the server', () => {
  it('are heard once it is attended to, over one connection', () => {
    hints.attend();
    hints.attend();
    expect(FakeSource.all.map(({ address }) => address)).toEqual(['/api/v1/studies/s1/events']);
    FakeSource.all[0]!.onmessage!({ data: '{"cursor":12}' });
    for (const odd of ['', 'null', '{"cursor":"12"}', '<h1>']) FakeSource.all[0]!.onmessage!({ data: odd });
    expect(heard.mock.calls).toEqual([[12]]);
  });

  it('are left when nobody looks, without a network, and at the end; then they stay away', () => {
    hints.attend();
    visibility = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    hints.attend();
    expect(open()).toHaveLength(0);

    visibility = 'visible';
    hints.attend();
    window.dispatchEvent(new Event('offline'));
    expect(open()).toHaveLength(0);

    hints.attend();
    expect(open()).toHaveLength(1);
    hints.stop();
    hints.attend();
    expect(open()).toHaveLength(0);
  });

  it('that break off are not asked for by themselves, only after the next sync that succeeded', () => {
    hints.attend();
    FakeSource.all[0]!.onerror!();
    expect(open()).toHaveLength(0);
    expect(FakeSource.all).toHaveLength(1);
    hints.attend();
    expect(open()).toHaveLength(1);
  });
});

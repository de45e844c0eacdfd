// @vitest-environment node
import { afterEach, describe, expect, it } from 'vitest';
import { amended, logged, newPhone } from '../store/forTests';
import { newId } from '../store/identity';
import type { OpenNotebook } from '../store/openNotebook';
import { StoredPhoneCopy } from '../store/phoneCopy';
import { syncOnce } from './engine';
import { fail, MemoryServer } from './memoryServer';

/**
 * Random schedules: two phones, lost questions and answers, phones that die between two requests, restores. Fixed
 * seeds and one new one, which stands in the name of its test. Many more with SKYGGE_TEST_SIZE=deep.
 */
const COUNT = process.env.SKYGGE_TEST_SIZE === 'deep' ? 1500 : 30;
const seeds = [...Array(COUNT - 1).keys(), Math.floor(Math.random() * 2 ** 31)];
const opened: OpenNotebook[] = [];

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class World {
  readonly server = new MemoryServer();
  readonly entries: string[] = [];
  readonly made = new Set<string>();
  private readonly phones = [newPhone(), newPhone()];
  notebooks: OpenNotebook[] = [];
  private epochs = 0;

  constructor(readonly random: () => number) {
    const flaky = () => {
      if (this.random() < 0.15) fail();
    };
    this.server.beforeRequest = flaky;
    this.server.afterRequest = flaky;
  }

  async restart(index: number): Promise<void> {
    const notebook = await this.phones[index]!.open();
    opened.push(notebook);
    this.notebooks[index] = notebook;
  }

  async step(): Promise<void> {
    const index = this.random() < 0.5 ? 0 : 1;
    const roll = this.random();
    if (roll < 0.35) await this.write(index, logged('visit', { jotting: String(roll) }, this.newEntry()));
    else if (roll < 0.6) await this.edit(index);
    else if (roll < 0.9) await this.sync(index).catch(() => undefined);
    else if (roll < 0.96) await this.restart(index);
    else this.restore();
  }

  async heal(): Promise<void> {
    this.server.beforeRequest = this.server.afterRequest = () => undefined;
    for (const index of [0, 1, 0, 1]) await this.sync(index);
  }

  sync(index: number): Promise<void> {
    const limits = { changes: 4, bytes: 240_000 };
    return syncOnce(new StoredPhoneCopy(this.notebooks[index]!.notes, this.phones[index]!.device_id, limits), this.server);
  }

  private newEntry(): string {
    const id = newId();
    this.entries.push(id);
    return id;
  }

  private async edit(index: number): Promise<void> {
    const id = this.entries[Math.floor(this.random() * this.entries.length)];
    if (id && this.notebooks[index]!.get('entry', id)) await this.write(index, amended(id, { jotting: String(this.random()) }));
  }

  private async write(index: number, draft: Parameters<OpenNotebook['write']>[0][number]): Promise<void> {
    for (const { change_id } of await this.notebooks[index]!.write([draft])) this.made.add(change_id);
  }

  private restore(): void {
    this.epochs += 1;
    const epoch = `0192b000-0000-7000-8000-${String(this.epochs).padStart(12, '0')}`;
    this.server.restore(Math.floor(this.random() * (this.server.feed.length + 1)), epoch);
  }
}

function stateOf(notebook: OpenNotebook): unknown {
  return notebook.list('entry').map(({ id, fields, conflicts, retracted }) => ({ id, fields, conflicts, retracted }));
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

describe('after any schedule, once the network is back', () => {
  it.each(seeds)('both phones and the server agree and nothing is lost or doubled (seed %i)', async (seed) => {
    const world = new World(seeded(seed));
    await world.restart(0);
    await world.restart(1);
    for (let turn = 0; turn < 40; turn++) await world.step();
    await world.heal();
    expect([...world.server.ids()].sort()).toEqual([...world.made].sort());
    expect(stateOf(world.notebooks[0]!)).toEqual(stateOf(world.notebooks[1]!));
    for (const notebook of world.notebooks) expect(notebook.counts()).toMatchObject({ unsent: 0, parked: 0 });
  });
});

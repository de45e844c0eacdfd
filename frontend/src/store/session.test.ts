// @vitest-environment node
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Session } from './session';

const opened: Session[] = [];

async function open(): Promise<Session> {
  const session = await Session.open();
  opened.push(session);
  return session;
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

afterEach(() => {
  for (const session of opened.splice(0)) session.close();
});

describe('what the phone remembers', () => {
  it('is there after a restart, and forgotten when asked', async () => {
    const account = { id: 'a', name: 'ane' };
    await (await open()).remember({ account, study_id: 's', preferences: { locale: 'da' } });
    const again = await open();
    expect(again.remembered).toEqual({ account, studies: [], study_id: 's', preferences: { locale: 'da' } });
    await again.remember({ account: undefined, study_id: undefined });
    expect((await open()).remembered.account).toBeUndefined();
  });

  it('is not undone by another tab that does not know of it', async () => {
    const [one, other] = [await open(), await open()];
    await one.remember({ preferences: { locale: 'da' } });
    await other.remember({ study_id: 's' });
    expect((await open()).remembered).toMatchObject({ preferences: { locale: 'da' }, study_id: 's' });
  });

  it('holds one device for each name that signs in here', async () => {
    const session = await open();
    const [ane, bo] = [await session.deviceFor('ane'), await session.deviceFor('bo')];
    expect(ane).not.toBe(bo);
    expect(await (await open()).deviceFor('ane')).toBe(ane);
    // However the name was typed, it is the same person's phone: revoking it reaches it.
    expect(await session.deviceFor(' ANE ')).toBe(ane);
  });
});

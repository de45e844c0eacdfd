import { describe, expect, it } from 'vitest';
import { readRoute } from './routes';
import { whichScreen } from './whichScreen';

describe('places', () => {
  it.each([
    ['', 'home', ''],
    ['#/', 'home', ''],
    ['#/capture', 'capture', ''],
    ['#/capture/', 'capture', ''],
    ['#/encounter/0192a000-0000-7000-8000-000000000001', 'encounter', '0192a000-0000-7000-8000-000000000001'],
    ['#/entry/x', 'entry', 'x'],
    ['#/analysis', 'analyses', ''],
    ['#/analysis/frequencies', 'analysis', 'frequencies'],
    ['#/export/csv-excel', 'format', 'csv-excel'],
    ['#/import', 'import', ''],
    ['#/codebook', 'codebook', ''],
    ['#/codebook/recode', 'codebook-recode', ''],
    ['#/people', 'people', ''],
    ['#/join/ABCDE23456', 'join', 'ABCDE23456'],
    ['#/records', 'records', ''],
    ['#/privacy', 'privacy', ''],
    ['#/privacy/x', 'person', 'x'],
    ['#/withdrawal/x', 'withdrawal', 'x'],
    ['#/setup/a%2Fb', 'setup', 'a/b'],
    ['#/setup/%', 'setup', '%'],
    ['#/reset/token', 'reset', 'token'],
    ['#/reset', 'reset', ''],
    ['#/account', 'account', ''],
    ['#/review?structure=directing', 'review', ''],
    ['#/nowhere', 'lost', ''],
    ['#/entry/a/b', 'lost', ''],
  ])('%s is %s', (hash, name, param) => {
    expect(readRoute(hash)).toEqual({ name, param });
  });
});

describe('which screen is shown', () => {
  const at = (hash: string) => readRoute(hash);

  it('is the door for whoever is not signed in, except with a set-up link', () => {
    expect(whichScreen('sign-in', at('#/capture')).name).toBe('sign-in');
    expect(whichScreen('sign-in', at('#/setup/token'))).toEqual({ name: 'setup', param: 'token' });
    expect(whichScreen('sign-in', at('#/reset/token'))).toEqual({ name: 'reset', param: 'token' });
    expect(whichScreen('sign-in', at('#/reset')).name).toBe('reset');
    expect(whichScreen('sign-in', at('#/account')).name).toBe('sign-in');
    expect(whichScreen('studies', at('#/account')).name).toBe('account');
    expect(whichScreen('sign-in', at('#/pair/ABCDE23456'))).toEqual({ name: 'pair', param: 'ABCDE23456' });
    expect(whichScreen('sign-in', at('#/add-phone')).name).toBe('sign-in');
    expect(whichScreen('sign-in', at('#/room')).name).toBe('room');
    expect(whichScreen('setup', at('#/'))).toEqual({ name: 'setup', param: '' });
    expect(whichScreen('studies', at('#/review')).name).toBe('studies');
  });

  it('is the place itself in an open study, also signing in again', () => {
    expect(whichScreen('open', at('#/entry/x'))).toEqual({ name: 'entry', param: 'x' });
    expect(whichScreen('open', at('#/sign-in')).name).toBe('sign-in');
    expect(whichScreen('open', at('#/setup/used')).name).toBe('home');
    expect(whichScreen('open', at('#/nowhere')).name).toBe('home');
  });
});

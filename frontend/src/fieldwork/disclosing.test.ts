import { expect, it } from 'vitest';
import { Disclosing } from './disclosing.svelte';

it('two touches ask once, and then it can be asked again', async () => {
  const asked: string[] = [];
  let answer = (): void => undefined;
  const disclose = (id: string): Promise<void> => new Promise((done) => {
    asked.push(id);
    answer = done;
  });
  const disclosing = new Disclosing();
  const first = disclosing.ask('c1', disclose);
  await disclosing.ask('c1', disclose);
  expect([asked, disclosing.isBusy]).toEqual([['c1'], true]);
  answer();
  await first;
  expect(disclosing.isBusy).toBe(false);
  void disclosing.ask('c1', disclose);
  expect(asked).toEqual(['c1', 'c1']);
});

it('what went wrong is told of that person alone, until it is asked again', async () => {
  const disclosing = new Disclosing();
  await disclosing.ask('c1', () => Promise.reject(new Error('no network')));
  expect([disclosing.problemOf('c1') !== '', disclosing.problemOf('c2'), disclosing.isBusy]).toEqual([true, '', false]);
  await disclosing.ask('c1', () => Promise.resolve());
  expect(disclosing.problemOf('c1')).toBe('');
});

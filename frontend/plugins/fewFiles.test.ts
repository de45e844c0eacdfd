// @vitest-environment node
import fs from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fewFiles } from './fewFiles.ts';

it('writes every file, few at a time, and goes on after one that cannot be written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'skygge-files-'));
  let open = 0;
  let most = 0;
  const writeFile: typeof fs.promises.writeFile = async (...what) => {
    most = Math.max(most, (open += 1));
    await fs.promises.writeFile(...what).finally(() => (open -= 1));
  };
  const few = fewFiles({ ...fs, promises: { ...fs.promises, writeFile } }, 3).promises;
  const names = Array.from({ length: 40 }, (_, number) => (number % 4 === 3 ? `missing/${number}` : `${number}.js`));
  const written = await Promise.allSettled(names.map((name) => few.writeFile(join(folder, name), name)));
  expect(written.filter(({ status }) => status === 'rejected')).toHaveLength(10);
  expect((await readdir(folder)).length).toBe(30);
  expect(await fs.promises.readFile(join(folder, '38.js'), 'utf-8')).toBe('38.js');
  expect(most).toBe(3);
  await rm(folder, { recursive: true });
});

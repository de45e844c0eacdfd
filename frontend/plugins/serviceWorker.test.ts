// @vitest-environment node
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listShell, packShell, serviceWorker } from './serviceWorker.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skygge-shell-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), 'start');
  await writeFile(join(folder, 'assets', 'b.js'), 'b');
  await writeFile(join(folder, 'assets', 'a.js'), 'a');
  await writeFile(join(folder, 'sw.js'), 'old worker');
  await writeFile(join(folder, 'version.json'), '{}');
  await writeFile(join(folder, 'shell.json'), '{}');
  await writeFile(join(folder, 'icon.png'), 'not a text');
  await mkdir(join(folder, 'screenshots'));
  await writeFile(join(folder, 'screenshots', 'narrow.png'), 'a picture');
});

afterEach(() => rm(folder, { recursive: true }));

describe('the shell', () => {
  it('is every file but the worker, the version and pictures for installing, in a fixed order', async () => {
    expect((await listShell(folder)).files).toEqual(['/assets/a.js', '/assets/b.js', '/icon.png', '/index.html']);
  });

  it('has the same version for the same contents, and another for others', async () => {
    const { version } = await listShell(folder);
    await writeFile(join(folder, 'sw.js'), 'new worker');
    expect((await listShell(folder)).version).toBe(version);
    await writeFile(join(folder, 'assets', 'a.js'), 'c');
    expect((await listShell(folder)).version).not.toBe(version);
  });

  it('travels as one parcel of all its texts; what is no text is fetched by itself', async () => {
    const shell = await listShell(folder);
    const { version, files } = await packShell(folder, shell);
    expect(version).toBe(shell.version);
    expect(Object.keys(files)).toEqual(['/assets/a.js', '/assets/b.js', '/index.html']);
    expect(files['/index.html']).toEqual({ type: 'text/html; charset=utf-8', text: 'start' });
  });
});

it('says nothing after a build that failed, so that what failed is read', async () => {
  await writeFile(join(folder, 'index.html'), '<script type="module" src="./start.js"></script>');
  await writeFile(join(folder, 'start.js'), 'import "./nowhere.js";');
  const out = join(folder, 'out');
  const building = build({ root: folder, configFile: false, logLevel: 'silent', build: { outDir: out }, plugins: [serviceWorker('sw.ts')] });
  await expect(building).rejects.toThrow(/nowhere\.js/);
});

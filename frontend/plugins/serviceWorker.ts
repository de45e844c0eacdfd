import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join, relative, resolve, sep } from 'node:path';
import { build, type Plugin, type ResolvedConfig } from 'vite';

/** Pictures that a browser shows before the app is installed. */
const FOR_SHOPS = 'screenshots/';
/** Files that are not the shell: the worker itself, its parcel, and what says which version the server has. */
const PARCEL = 'shell.json';
const NOT_KEPT = new Set(['sw.js', 'version.json', PARCEL]);
/** What travels in the parcel; anything else is fetched by itself. */
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Builds src/sw.ts after the app is written, with the list of all files and a digest over their contents. The name of
 * the worker's cache follows from the digest, so two builds of the same sources have the same worker.
 */
export function serviceWorker(source: string): Plugin {
  let config: ResolvedConfig;
  let isWritten = false;
  return {
    name: 'skygge-service-worker',
    apply: 'build',
    configResolved: (resolved) => void (config = resolved),
    writeBundle: () => void (isWritten = true),
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler() {
        // Called after a failure too; a complaint of its own would hide what the failure was.
        if (!isWritten) return;
        const out = resolve(config.root, config.build.outDir);
        const shell = await listShell(out);
        await writeFile(join(out, PARCEL), JSON.stringify(await packShell(out, shell)));
        await writeFile(join(out, 'version.json'), JSON.stringify({ version: shell.version }) + '\n');
        await buildWorker(join(config.root, source), out, shell);
      },
    },
  };
}

export interface Shell {
  version: string;
  files: string[];
}

/** What src/sw.ts unpacks. */
export interface Parcel {
  version: string;
  files: Record<string, { type: string; text: string }>;
}

/** Addresses of all files of a built app in a fixed order, and a digest over their names and contents. */
export async function listShell(folder: string): Promise<Shell> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !NOT_KEPT.has(name) && !name.startsWith(FOR_SHOPS))
    .sort();
  const digest = createHash('sha256');
  for (const name of names) {
    const contents = await readFile(join(folder, name));
    digest.update(`${name}\0${contents.length}\0`).update(contents);
  }
  return { version: digest.digest('hex').slice(0, 16), files: names.map((name) => `/${name}`) };
}

/** All texts of the shell in one file: hundreds of requests, one after the other, keep a phone waiting. */
export async function packShell(folder: string, { version, files }: Shell): Promise<Parcel> {
  const packed: Parcel['files'] = {};
  for (const address of files) {
    const type = TYPES[extname(address)];
    if (type) packed[address] = { type, text: await readFile(join(folder, address), 'utf-8') };
  }
  return { version, files: packed };
}

async function buildWorker(entry: string, outDir: string, shell: Shell): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { __SHELL_VERSION__: JSON.stringify(shell.version), __SHELL_FILES__: JSON.stringify(shell.files) },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      // A classic script: modules as workers are younger than some phones.
      lib: { entry, formats: ['iife'], name: 'sw', fileName: () => 'sw.js' },
    },
  });
}

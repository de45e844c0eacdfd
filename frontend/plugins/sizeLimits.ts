import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** How much JavaScript some screens may need, with everything that they and the start of the app load. */
export interface SizeLimit {
  what: string;
  /** Ends of the paths of the modules, as `capture/Capture.svelte`. */
  screens: readonly string[];
  /** Gzipped, 1 kB = 1000 bytes. */
  most_kB: number;
}

/** What this plugin looks at of a built chunk. */
export interface Chunk {
  code: string;
  imports: readonly string[];
  isEntry: boolean;
  facadeModuleId: string | null;
}

/** Fails the build when a limit is passed, and says by how much. */
export function sizeLimits(limits: readonly SizeLimit[]): Plugin {
  return {
    name: 'skygge-size-limits',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.fromEntries(
        Object.entries(bundle).flatMap(([name, file]) => (file.type === 'chunk' ? [[name, file as Chunk]] : [])),
      );
      for (const limit of limits) {
        const kB = weigh(chunks, limit.screens);
        const told = `${limit.what}: ${kB.toFixed(1)} kB of JavaScript gzipped, at most ${limit.most_kB}`;
        if (kB > limit.most_kB) this.error(told);
        this.info(told);
      }
    },
  };
}

/** The gzipped kB of the start of the app, these screens, and everything that they load before they show. */
export function weigh(chunks: Readonly<Record<string, Chunk>>, screens: readonly string[]): number {
  const needed = new Set<string>();
  const wanted = Object.keys(chunks).filter((name) => {
    const { isEntry, facadeModuleId } = chunks[name] as Chunk;
    return isEntry || screens.some((screen) => facadeModuleId?.endsWith(`/${screen}`));
  });
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (needed.has(name) || !chunks[name]) continue;
    needed.add(name);
    wanted.push(...(chunks[name] as Chunk).imports);
  }
  const bytes = [...needed].map((name) => gzipSync((chunks[name] as Chunk).code, { level: 9 }).length);
  return bytes.reduce((sum, size) => sum + size, 0) / 1000;
}

import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** What the figures may weigh, packed as the server sends them. */
export const CHART_BYTES = 40 * 1024;
const CHART_MODULE = /\/src\/charts\/|\/node_modules\/(d3-[\w-]+|internmap)\//;

/** What of a chunk this check looks at. */
export interface Chunk {
  fileName: string;
  code: string;
  modules: readonly string[];
  imports: readonly string[];
  isEntry: boolean;
}

/** What is wrong with the figures of a build: too heavy, or there before anybody looks at one. */
export function chartComplaints(chunks: readonly Chunk[], most = CHART_BYTES): string[] {
  const drawing = chunks.filter((chunk) => chunk.modules.some((module) => CHART_MODULE.test(module)));
  const bytes = drawing.reduce((sum, chunk) => sum + gzipSync(chunk.code).length, 0);
  const early = reached(chunks).filter((chunk) => drawing.includes(chunk));
  return [
    ...(bytes > most ? [`the figures weigh ${bytes} bytes gzipped, at most ${most}: ${drawing.map((chunk) => chunk.fileName).join(', ')}`] : []),
    ...early.map((chunk) => `${chunk.fileName} draws figures and is loaded when the app starts`),
  ];
}

/** The chunks that an entry loads at once, without anybody asking. */
function reached(chunks: readonly Chunk[]): Chunk[] {
  const found = new Set(chunks.filter((chunk) => chunk.isEntry));
  for (const chunk of found) {
    for (const name of chunk.imports) {
      const next = chunks.find((one) => one.fileName === name);
      if (next) found.add(next);
    }
  }
  return [...found];
}

/** Fails the build when the figures outgrow their budget. */
export function chartBudget(): Plugin {
  return {
    name: 'skygge-chart-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const complaints = chartComplaints(
        chunks.map(({ fileName, code, moduleIds, imports, isEntry }) => ({ fileName, code, modules: moduleIds, imports, isEntry })),
      );
      if (complaints.length > 0) this.error(complaints.join('\n'));
    },
  };
}

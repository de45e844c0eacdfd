import { defineConfig } from 'vite';

// The phone's store and sync as one file for Node, which the fleet starts (tests/fleet). Not a part of the web app.
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: 'src/sync/phoneProgram.ts',
    outDir: process.env.SKYGGE_PHONE_PROGRAM ?? 'node_modules/.skygge-phone',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
  },
});

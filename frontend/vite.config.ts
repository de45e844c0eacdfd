import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import about from './package.json' with { type: 'json' };
import { serviceWorker } from './plugins/serviceWorker.ts';

// The development server only: the real one serves the built app itself.
const SERVER = process.env.SKYGGE_DEV_SERVER ?? 'http://127.0.0.1:8321';

export default defineConfig({
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/i18n/paraglide',
      strategy: ['globalVariable', 'baseLocale'],
      emitTsDeclarations: false,
    }),
    svelte(),
    serviceWorker('src/sw.ts'),
  ],
  define: { __APP_VERSION__: JSON.stringify(about.version) },
  build: {
    target: 'es2022',
    // The policy of the server allows no inline script, style or font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': SERVER } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'plugins/**/*.test.ts'],
  },
});

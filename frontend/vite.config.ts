import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import about from './package.json' with { type: 'json' };
import { chartBudget } from './plugins/chartBudget.ts';
import { fewFiles } from './plugins/fewFiles.ts';
import { serviceWorker } from './plugins/serviceWorker.ts';
import { sizeLimits } from './plugins/sizeLimits.ts';

// The development server only: the real one serves the built app itself.
const SERVER = process.env.SKYGGE_DEV_SERVER ?? 'http://127.0.0.1:8321';

const PHONE = [
  'capture/Capture.svelte', 'encounter/Home.svelte', 'encounter/Timeline.svelte', 'encounter/Entry.svelte',
  'encounter/Ended.svelte', 'encounter/Shown.svelte', 'encounter/Find.svelte', 'encounter/Day.svelte',
  'synced/Synced.svelte', 'settings/Settings.svelte', 'enter/SignIn.svelte', 'enter/Studies.svelte',
];

// What several screens of the phone say. By itself each word is a file, nine tenths of it its own name: 7 kB in all.
const SAID = 'entry entries timeline settings sync starter problem sign_in place history start memos conflict find back shown cancel none yes close reflection lock_open account_title devices_title dpia_title consents_title records_title add_phone_title search_title team_title team_invite concern_title capture_not_saved who_new strike_words_title review_reading more_start_next';

export default defineConfig({
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/i18n/paraglide',
      strategy: ['globalVariable', 'baseLocale'],
      emitTsDeclarations: false,
      fs: fewFiles(),
    }),
    svelte(),
    sizeLimits([
      // The aim is 45; Svelte's own share is 20 of it.
      { what: 'To log an entry', screens: ['capture/Capture.svelte'], most_kB: 56.5 },
      { what: 'The whole phone side', screens: PHONE, most_kB: 120 },
    ]),
    chartBudget(),
    serviceWorker('src/sw.ts'),
  ],
  define: { __APP_VERSION__: JSON.stringify(about.version) },
  build: {
    target: 'es2022',
    // The policy of the server allows no inline script, style or font.
    assetsInlineLimit: 0,
    // Every file lies on the phone already; lists of what to fetch ahead would only make the start larger.
    modulePreload: false,
    rolldownOptions: {
      output: {
        // What capture and most other screens share lies in one file: several small ones weigh more.
        codeSplitting: { groups: [
          { name: 'field', test: /src[\\/](fieldwork[\\/](codes|consent|gaps|naming|people|start|stopped|when)|(store|sync)[\\/](clock|changes)|i18n[\\/]dates)\.ts$|Truths\.svelte|idb[\\/]build|messages[\\/](words_verbatim|actor_nobody)\./ },
          { name: 'said', test: new RegExp(`messages[\\\\/](${SAID.replaceAll(' ', '|')})`), minShareCount: 2 },
        ] },
      },
    },
  },
  server: { proxy: { '/api': SERVER } },
  test: {
    environment: 'happy-dom',
    // A page and a graph of modules for each file cost more than the tests; what a file leaves behind, freshTests clears.
    isolate: false,
    setupFiles: ['plugins/freshTests.ts'],
    // A busy machine is no wrong answer.
    testTimeout: 30_000,
    include: ['src/**/*.test.ts', 'plugins/**/*.test.ts'],
  },
});

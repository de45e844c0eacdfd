import { plain, type Loaded, type Screen } from './screens';
import type { RouteName } from './shell/routes';

/** The screens of the desk, each a chunk of its own. */
export const deskScreens: Partial<Record<RouteName, () => Loaded<Screen>>> = {
  codebook: () => plain(import('./codebook/Codebook.svelte')),
  'codebook-versions': () => plain(import('./codebook/Versions.svelte')),
  'codebook-recode': () => plain(import('./codebook/Recode.svelte')),
  conflicts: () => plain(import('./synced/Conflicts.svelte')),
  people: () => plain(import('./people/People.svelte')),
  team: () => plain(import('./team/Team.svelte')),
  analyses: () => plain(import('./analysis/Analyses.svelte')),
  analysis: () => import('./analysis/Analysis.svelte'),
  export: () => plain(import('./export/Exports.svelte')),
  format: () => import('./export/Format.svelte'),
  import: () => plain(import('./export/Imports.svelte')),
  tokens: () => plain(import('./export/Tokens.svelte')),
  records: () => plain(import('./export/Records.svelte')),
  privacy: () => plain(import('./privacy/People.svelte')),
  devices: () => plain(import('./privacy/Devices.svelte')),
  papers: () => plain(import('./privacy/Papers.svelte')),
  terms: () => plain(import('./privacy/Terms.svelte')),
  end: () => plain(import('./privacy/End.svelte')),
  concerns: () => plain(import('./privacy/Concerns.svelte')),
  person: () => import('./privacy/Person.svelte'),
  withdrawal: () => import('./privacy/Withdrawal.svelte'),
  writeup: () => import('./writeup/WriteUp.svelte'),
  memos: () => import('./memos/Memos.svelte'),
  search: () => plain(import('./search/Search.svelte')),
  today: () => plain(import('./today/Today.svelte')),
  lock: () => plain(import('./lock/Lock.svelte')),
  room: () => plain(import('./enter/Room.svelte')),
  'add-phone': () => plain(import('./settings/AddPhone.svelte')),
};

import { createContext } from 'svelte';
import type { App } from './app';

/** `useApp()` in any component below App.svelte. */
export const [useApp, provideApp] = createContext<App>();

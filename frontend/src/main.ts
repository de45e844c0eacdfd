import './ui/look.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { listenForInstall } from './install/offered.svelte';
import { AppState } from './shell/appState.svelte';

listenForInstall();
const target = document.getElementById('app');
if (target) {
  const app = new AppState();
  mount(App, { target, props: { app } });
  void app.start();
}

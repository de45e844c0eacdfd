/** What the browser offered: it comes once, early, and is kept for the button. */

export interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

let offered: InstallPrompt | null = $state(null);

/** Android and desktop Chromium ask through an event. */
export function listenForInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offered = event as InstallPrompt;
  });
  addEventListener('appinstalled', takeOffer);
}

export function canInstall(): boolean {
  return offered !== null;
}

/** It is good for once. */
export function takeOffer(): InstallPrompt | null {
  const taken = offered;
  offered = null;
  return taken;
}

/**
 * Keeps the app's own files on the phone, and nothing else: no notes, no answers of the API, nothing but GET.
 * A newer worker waits until the page says so, because an update must not happen in the middle of an encounter.
 */
/** Put in by plugins/serviceWorker.ts: a digest over all files, and their addresses. */
declare const __SHELL_VERSION__: string;
declare const __SHELL_FILES__: string[];

const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = `skygge-shell-${__SHELL_VERSION__}`;
const FILES = __SHELL_FILES__;
const START = '/index.html';

worker.addEventListener('install', (event) => event.waitUntil(fill()));

/** All or nothing: a half-filled cache would open without a network to a blank page. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((address) => new Request(address, { cache: 'reload' })));
}

worker.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => worker.clients.claim()));
});

worker.addEventListener('message', (event) => {
  if (event.data === 'activate') void worker.skipWaiting();
  // The browser may have cleared its storage and kept this worker: nobody would install it again.
  if (event.data === 'fill') event.waitUntil(fill().finally(() => event.ports[0]?.postMessage('done')));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && !pathname.startsWith('/api/')) event.respondWith(answer(START, request));
  else if (FILES.includes(pathname)) event.respondWith(answer(pathname, request));
});

async function answer(address: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('skygge-shell-') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

export {};

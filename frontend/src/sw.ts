/**
 * Keeps the app's own files on the phone, and nothing else: no notes, no answers of the API, nothing but GET.
 * A newer worker waits until the page says so, because an update must not happen in the middle of an encounter.
 */
/** Put in by plugins/serviceWorker.ts: a digest over all files, and their addresses. */
declare const __SHELL_VERSION__: string;
declare const __SHELL_FILES__: string[];

/** As plugins/serviceWorker.ts packs them. */
interface Packed {
  type: string;
  text: string;
}
interface Parcel {
  version: string;
  files: Record<string, Packed>;
}
/** These tell of its own bytes. */
const OF_THE_PARCEL = ['Content-Encoding', 'Content-Length', 'Transfer-Encoding', 'ETag', 'Last-Modified', 'Vary'];

const worker = self as unknown as ServiceWorkerGlobalScope;
const VERSION = __SHELL_VERSION__;
const CACHE = `skygge-shell-${VERSION}`;
const PARCEL = '/shell.json';
const FILES = __SHELL_FILES__;
const START = '/index.html';

worker.addEventListener('install', (event) => event.waitUntil(fill()));

/** All or nothing: a half-filled cache would open without a network to a blank page. So the start page comes last. */
async function fill(): Promise<void> {
  const answer = await fetch(PARCEL, { cache: 'no-store' });
  const { version, files } = (await answer.json()) as Parcel;
  // Between this worker and its parcel the server was upgraded; its next worker comes with its own.
  if (version !== VERSION) throw new Error('the parcel is of another version');
  const cache = await caches.open(CACHE);
  const put = (address: string) => cache.put(address, unpack(files[address] as Packed, answer.headers));
  await cache.addAll(FILES.filter((address) => !(address in files)).map((address) => new Request(address, { cache: 'reload' })));
  await Promise.all(FILES.filter((address) => address in files && address !== START).map(put));
  await put(START);
}

/** A page from the parcel is held to the same policies as the parcel, which are those of every answer of the server. */
function unpack({ type, text }: Packed, from: Headers): Response {
  const headers = new Headers(from);
  for (const name of OF_THE_PARCEL) headers.delete(name);
  headers.set('Content-Type', type);
  return new Response(text, { headers });
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

/**
 * The service worker: the app's files, kept on the phone, so that it opens with no network. The box
 * puts VERSION and FILES before this text; another version is another worker, and another cache.
 */

/** @typedef {{ VERSION: string, FILES: string[] }} Given */

const worker = /** @type {ServiceWorkerGlobalScope & Given} */ (/** @type {unknown} */ (self));
const CACHE = `futureself-${worker.VERSION}`;
const opened = caches.open(CACHE);

worker.addEventListener("install", (event) => {
  event.waitUntil(keepFiles());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== worker.location.origin) return;
  if (worker.FILES.includes(pathname)) event.respondWith(answer(event.request, pathname));
});

async function keepFiles() {
  const cache = await opened;
  // Past the browser's own cache: a new version must not begin with an old file.
  await cache.addAll(worker.FILES.map((file) => new Request(file, { cache: "reload" })));
  await worker.skipWaiting();
}

async function dropOlder() {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith("futureself-") && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
}

/**
 * Chromium keeps compiled scripts beside the files of a cache, and where many modules are read with
 * them at once, some never run. A new response of the same bytes comes without.
 * @param {Request} request
 * @param {string} pathname
 */
async function answer(request, pathname) {
  const kept = await (await opened).match(pathname);
  return kept ? new Response(kept.body, { headers: kept.headers }) : fetch(request);
}

/**
 * The service worker: the app's files, kept on the phone, so that it opens with no network. The box
 * puts VERSION and FILES before this text; another version is another worker, and another cache.
 */

/** @typedef {{ VERSION: string, FILES: string[] }} Given */

const worker = /** @type {ServiceWorkerGlobalScope & Given} */ (/** @type {unknown} */ (self));
const CACHE = `futureself-${worker.VERSION}`;

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
  const cache = await caches.open(CACHE);
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
 * @param {Request} request
 * @param {string} pathname
 */
async function answer(request, pathname) {
  const kept = await caches.match(pathname, { cacheName: CACHE });
  return kept ?? fetch(request);
}

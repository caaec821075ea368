/* Serves the pages of the site when there is no connection. Its scope is /progress/site/ alone. It keeps what this user opened, in a cache of
   that user; another user's pages, or the end of the session, empty it. Nothing that is sent goes through here. */
const PREFIX = 'site-pages-', PATIENCE = 6000;

const forget = async (except = '') => {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== except) await caches.delete(name);
};
const bare = url => { const found = new URL(url, self.location.origin); return found.origin + found.pathname; };
const kept = async url => {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue;
    const found = await (await caches.open(name)).match(bare(url));
    if (found) return found;
  }
  return undefined;
};
const keep = async (user, urls, client) => {
  const name = PREFIX + user;
  await forget(name);
  const cache = await caches.open(name);
  await Promise.all(urls.map(async url => {
    const answer = await fetch(bare(url), { credentials: 'same-origin' });
    if (answer.ok && !answer.redirected) await cache.put(bare(url), answer);
  }));
  client?.postMessage({ kept: urls.length });
};

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
self.addEventListener('message', event => {
  if (event.data?.keep) event.waitUntil(keep(event.data.user, event.data.keep, event.source).catch(() => undefined));
});

const page = async request => {
  const old = await kept(request.url);
  const asked = fetch(request);
  try {
    const late = new Promise((resolve, reject) => { setTimeout(() => reject(new Error('late')), PATIENCE); });
    const answer = await (old ? Promise.race([asked, late]) : asked);
    if (answer.type === 'opaqueredirect') await forget();
    return answer;
  } catch (problem) {
    if (old) return old;
    throw problem;
  }
};
const asset = async request => {
  try { return await fetch(request); } catch (problem) {
    const old = await kept(request.url);
    if (old) return old;
    throw problem;
  }
};

self.addEventListener('fetch', event => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (['style', 'script', 'image', 'font'].includes(request.destination)) event.respondWith(asset(request));
});

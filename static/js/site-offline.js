/* The page opens without a connection once it was opened with one: the service worker keeps it and what it is made of. */
(() => {
  const box = document.getElementById('outbox');
  if (!box || !('serviceWorker' in navigator) || !box.dataset.worker) return;
  const keep = async () => {
    const { active } = await navigator.serviceWorker.ready;
    const parts = performance.getEntriesByType('resource').map(entry => entry.name)
      .filter(url => url.startsWith(location.origin) && /\.(css|js|svg|woff2?)($|\?)/.test(url));
    active.postMessage({ user: box.dataset.user, keep: [...new Set([location.pathname, ...parts])] });
  };
  navigator.serviceWorker.addEventListener('message', event => { if (event.data?.kept) document.documentElement.dataset.kept = event.data.kept; });
  navigator.serviceWorker.register(box.dataset.worker, { scope: new URL('.', new URL(box.dataset.worker, location.origin)).pathname })
    .then(() => { if (navigator.onLine) return keep(); return undefined; }).catch(() => undefined);
  addEventListener('site-sent', () => keep().catch(() => undefined));
})();

/* htmx under a strict CSP: no eval, no injected styles; every request that writes carries the CSRF token of the page's meta. */
document.addEventListener('htmx:configRequest', event => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token && event.detail.verb !== 'get') event.detail.headers['X-CSRFToken'] = token.content;
});
/* A signed-out reader is sent to the sign-in page as a whole, not into a fragment. */
document.addEventListener('htmx:beforeSwap', event => {
  const address = event.detail.xhr.responseURL;
  if (address && new URL(address).pathname.includes('/login')) { event.detail.shouldSwap = false; location.reload(); }
});
/* A refusal that the server explains (it names the place with HX-Retarget) is shown, not swallowed. */
document.addEventListener('htmx:beforeSwap', event => {
  const answer = event.detail.xhr;
  if (answer.status >= 400 && answer.status < 500 && answer.getResponseHeader('HX-Retarget')) { event.detail.shouldSwap = true; event.detail.isError = false; }
});

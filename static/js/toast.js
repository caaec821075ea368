/* A toast leaves after six seconds, unless it is being read (pointer over it) or used (focus inside it). */
(() => {
  const box = document.getElementById('toasts');
  if (!box) return;
  const leave = toast => setTimeout(() => {
    if (toast.matches(':hover') || toast.contains(document.activeElement)) leave(toast); else toast.remove();
  }, 6000);
  box.querySelectorAll('[data-toast]').forEach(leave);
  new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => {
    if (node.nodeType === 1 && node.matches('[data-toast]')) leave(node);
  }))).observe(box, { childList: true });
})();

/* The grid of works: Enter goes down a column, a pasted column fills it from the cell on, Esc restores a cell. */
(() => {
  const form = document.getElementById('works-grid');
  if (!form) return;
  const column = field => [...form.querySelectorAll(`[data-column="${field.dataset.column}"]`)];
  form.addEventListener('keydown', event => {
    const field = event.target;
    if (!field.dataset?.column) return;
    if (event.key === 'Escape') { field.value = field.defaultValue; return; }
    if (event.key !== 'Enter' && !(field.type !== 'date' && ['ArrowDown', 'ArrowUp'].includes(event.key))) return;
    event.preventDefault();
    const cells = column(field), next = cells[cells.indexOf(field) + (event.key === 'ArrowUp' || (event.key === 'Enter' && event.shiftKey) ? -1 : 1)];
    if (next) { next.focus(); if (next.select && next.type !== 'date') next.select(); }
  });
  form.addEventListener('paste', event => {
    const field = event.target, text = event.clipboardData?.getData('text') || '';
    const lines = text.replace(/\r/g, '').replace(/\n$/, '').split('\n');
    if (!field.dataset?.column || (lines.length < 2 && !text.includes('\t'))) return;
    event.preventDefault();
    const order = ['percent', 'quantity', 'started_on', 'completed_on', 'note'], first = order.indexOf(field.dataset.column);
    const rows = [...form.querySelectorAll('tbody tr:not(.r-msg)')], top = rows.indexOf(field.closest('tr'));
    lines.forEach((line, down) => line.split('\t').forEach((value, right) => {
      const cell = rows[top + down]?.querySelector(`[data-column="${order[first + right]}"]`);
      if (cell) cell.value = cell.type === 'date' ? value.trim().replace(/[/.]/g, '-') : value.trim().replace(/%$/, '');
    }));
  });
})();

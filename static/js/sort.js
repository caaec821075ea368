/* Complete tables sorted in the browser: a header button sorts its column; aria-sort says which way. The total stays in tfoot.
   A cell's data-value wins over its text; what is unknown ("") stays at the foot in both directions. */
document.addEventListener('click', event => {
  const button = event.target.closest('button.sort');
  if (!button) return;
  const th = button.closest('th'), body = th.closest('table').tBodies[0], column = th.cellIndex;
  const first = th.dataset.first || (th.classList.contains('num') || th.classList.contains('wide') ? 'descending' : 'ascending');
  const now = th.getAttribute('aria-sort');
  const way = now === null ? first : now === 'descending' ? 'ascending' : 'descending';
  const language = document.documentElement.lang;
  const key = row => {
    const cell = row.cells[column], text = cell.textContent.trim();
    const value = cell.dataset.value ?? cell.querySelector('[data-value]')?.dataset.value;
    if (value !== undefined) return value === '' ? null : Number.isNaN(Number(value)) ? value : Number(value);
    if (/^[▲▼＝−+-]?\s*\d[\d,.]*\s*%?/.test(text)) return parseFloat(text.replace(/^[−▼]\s*/, '-').replace(/[^\d.-]/g, ''));
    return text === '' ? null : (cell.querySelector('a')?.textContent ?? text).trim();
  };
  const sign = way === 'descending' ? -1 : 1;
  const keyed = [...body.rows].map(row => [key(row), row]);
  keyed.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), language));
  });
  body.append(...keyed.map(([, row]) => row));
  th.parentElement.querySelectorAll('[aria-sort]').forEach(other => other.removeAttribute('aria-sort'));
  th.setAttribute('aria-sort', way);
});

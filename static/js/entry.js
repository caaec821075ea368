/* The entry grid: every row saves itself when a cell is left. Enter down, Tab right, Esc restores, a pasted column fills downwards.
   Without this script the page is a plain form with one button. */
(() => {
  const grid = document.getElementById('entry'), form = document.getElementById('grid-form');
  if (!grid || !form) return;
  const say = grid.dataset, token = form.querySelector('[name=csrfmiddlewaretoken]').value;
  const FIELDS = ['percent', 'paid_amount', 'note'];
  const rows = () => [...form.querySelectorAll('tr[data-fillable]')];
  const input = (row, field) => row.querySelector(`[data-field=${field}]`);
  const values = row => Object.fromEntries(FIELDS.map(field => [field, input(row, field).value.trim()]));
  const text = row => JSON.stringify(values(row));
  const saved = new WeakMap(), keys = new WeakMap(), busy = new WeakSet(), waiting = new Set();

  const uuid = () => crypto.randomUUID ? crypto.randomUUID() : '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, c =>
    (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16));

  const post = (url, data) => fetch(url, {
    method: 'POST', credentials: 'same-origin', redirect: 'error',
    headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token, Accept: 'application/json' },
    body: JSON.stringify({ month: say.month, query: location.search.slice(1), ...data }),
  });

  const setState = (row, kind, words) => {
    const box = row.querySelector('[data-state]');
    const icon = document.getElementById(`icon-${kind}`).content.cloneNode(true);
    box.className = `saved${kind === 'wrong' ? ' f fail' : kind === 'dirty' ? ' dirty' : kind === 'empty' ? ' muted' : ''}`;
    box.replaceChildren(icon, words);
    row.classList.remove('r-saved', 'r-err', 'r-dirty', 'r-empty');
    row.classList.add({ saved: 'r-saved', wrong: 'r-err', dirty: 'r-dirty', empty: 'r-empty' }[kind]);
  };

  const showErrors = (row, errors) => {
    const id = row.dataset.entry;
    form.querySelector(`[data-message="${id}"]`)?.remove();
    FIELDS.forEach(field => {
      const bad = Boolean(errors[field]), cell = input(row, field);
      cell.closest('td').classList.toggle('bad', bad && field !== 'note');
      if (bad) { cell.setAttribute('aria-invalid', 'true'); cell.setAttribute('aria-describedby', `e${id}`); }
      else { cell.removeAttribute('aria-invalid'); cell.removeAttribute('aria-describedby'); }
    });
    const sentences = [...new Set(Object.values(errors))];
    input(row, 'note').classList.toggle('need', sentences.length > 0);
    input(row, 'note').placeholder = sentences.length ? say.sayReason : '';
    if (sentences.length) {
      const message = document.getElementById('row-message').content.firstElementChild.cloneNode(true);
      message.dataset.message = id;
      message.cells[1].colSpan = errors.percent ? 6 : 7; message.cells[2].colSpan = errors.percent ? 4 : 3;
      message.querySelector('.err').id = `e${id}`;
      message.querySelector('.err').textContent = sentences.join(' ');
      row.after(message);
      setState(row, 'wrong', say.sayWrong);
    }
    countWrong();
  };

  const countWrong = () => {
    const wrong = form.querySelectorAll('tr.r-err').length, only = document.getElementById('only-wrong');
    document.querySelectorAll('[data-count=wrong]').forEach(node => { node.textContent = wrong; });
    only.hidden = !wrong && !form.classList.contains('only-mend');
    if (!wrong) { form.classList.remove('only-mend'); only.removeAttribute('aria-current'); }
  };

  const setCounts = counts => {
    if (!counts) return;
    Object.entries(counts).forEach(([key, value]) => document.querySelectorAll(`[data-count="${key}"]`).forEach(node => { node.textContent = value; }));
    const bar = document.querySelector('#month-bar .v');
    if (bar && counts.due) bar.setAttribute('width', `${Math.min(100, counts.filled * 100 / counts.due)}%`);
  };

  const stamp = time => { if (time) document.getElementById('saved').textContent = say.sayAll.replace('{time}', time); };

  /* What the server stored stands in the row. */
  const apply = (row, data) => {
    input(row, 'percent').value = data.percent; input(row, 'paid_amount').value = data.paid_amount; input(row, 'note').value = data.note;
    saved.set(row, text(row)); keys.delete(row);
    showErrors(row, {});
    if (data.void) setState(row, 'empty', say.sayEmpty); else setState(row, 'saved', say.saySaved);
    stamp(data.at); countWrong();
  };

  const save = async row => {
    if (busy.has(row)) { waiting.add(row); return; }
    const now = text(row);
    if (now === saved.get(row)) { if (row.classList.contains('r-dirty')) reset(row); return; }
    const data = values(row);
    if (!data.percent && !data.paid_amount) { if (!data.note) reset(row); return; }
    if (!keys.get(row) || keys.get(row).text !== now) keys.set(row, { text: now, key: uuid() });
    busy.add(row);
    setState(row, 'dirty', say.saySaving);
    try {
      const answer = await post(say.rowUrl, { entry: row.dataset.entry, key: keys.get(row).key, ...data });
      const body = await answer.json();
      if (answer.status === 422) showErrors(row, body.errors);
      else if (answer.ok) { if (text(row) === now && 'entry' in body) apply(row, body); setCounts(body.counts); }
      else setState(row, 'wrong', say.sayRefused);
    } catch (problem) {
      const offline = problem instanceof TypeError && !navigator.onLine;
      setState(row, 'wrong', offline ? say.sayOffline : say.sayRefused);
      if (offline) waiting.add(row);
    }
    busy.delete(row);
    if (waiting.has(row) && navigator.onLine) { waiting.delete(row); save(row); }
  };

  const reset = row => {
    showErrors(row, {});
    const first = JSON.parse(saved.get(row));
    if (first.percent === '' && first.paid_amount === '') setState(row, 'empty', say.sayEmpty); else setState(row, 'saved', say.saySaved);
    countWrong();
  };

  const move = (cell, step) => {
    const all = rows().filter(row => row.offsetParent !== null), field = cell.dataset.field;
    const next = all[all.indexOf(cell.closest('tr')) + step];
    if (next) { input(next, field).focus(); input(next, field).select(); } else cell.blur();
  };

  form.addEventListener('keydown', event => {
    const cell = event.target.closest('[data-field]');
    if (!cell || event.isComposing) return;
    if (event.key === 'Enter') { event.preventDefault(); move(cell, event.shiftKey ? -1 : 1); }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); move(cell, event.key === 'ArrowDown' ? 1 : -1); }
    if (event.key === 'Escape') { const row = cell.closest('tr'); cell.value = JSON.parse(saved.get(row))[cell.dataset.field]; if (text(row) === saved.get(row)) reset(row); cell.select(); }
  });
  form.addEventListener('focusin', event => { if (event.target.matches('[data-field]')) event.target.classList.add('live'); });
  form.addEventListener('focusout', event => {
    const cell = event.target.closest('[data-field]');
    if (!cell) return;
    cell.classList.remove('live');
    const row = cell.closest('tr');
    if (text(row) !== saved.get(row)) save(row);
  });
  form.addEventListener('input', event => {
    const cell = event.target.closest('[data-field]');
    if (cell && !cell.closest('tr').classList.contains('r-err')) setState(cell.closest('tr'), 'dirty', say.sayDirty);
  });
  form.addEventListener('paste', event => {
    const cell = event.target.closest('[data-field]'), pasted = event.clipboardData.getData('text').replace(/\r/g, '').replace(/\n$/, '');
    if (!cell || !/[\n\t]/.test(pasted)) return;
    event.preventDefault();
    const all = rows().filter(row => row.offsetParent !== null), from = all.indexOf(cell.closest('tr')), column = FIELDS.indexOf(cell.dataset.field);
    const touched = [];
    pasted.split('\n').forEach((line, down) => {
      const row = all[from + down];
      if (!row) return;
      line.split('\t').forEach((value, right) => { if (FIELDS[column + right]) input(row, FIELDS[column + right]).value = value.trim(); });
      touched.push(row);
    });
    touched.reduce((before, row) => before.then(() => save(row)), Promise.resolve());
  });
  form.addEventListener('submit', event => { event.preventDefault(); rows().forEach(save); });
  document.getElementById('only-wrong').addEventListener('click', event => {
    event.preventDefault();
    const on = form.classList.toggle('only-mend');
    if (on) event.currentTarget.setAttribute('aria-current', 'true'); else event.currentTarget.removeAttribute('aria-current');
  });
  addEventListener('online', () => { const again = [...waiting]; waiting.clear(); again.forEach(save); });
  addEventListener('beforeunload', event => { if (rows().some(row => busy.has(row) || waiting.has(row))) event.preventDefault(); });

  document.getElementById('plain-save').hidden = true;
  rows().forEach(row => saved.set(row, text(row)));
  rows().filter(row => row.classList.contains('r-err')).forEach(row => saved.set(row, JSON.stringify({ percent: '', paid_amount: '', note: '' })));
  countWrong();
  window.entryGrid = { say, post, rows, apply, showErrors, setCounts };
})();

/* Many rows of the entry grid at once, with undo: undo writes further rows, nothing is deleted. */
(() => {
  const grid = window.entryGrid, bar = document.getElementById('bulk');
  if (!grid || !bar) return;
  const { say, post, rows, apply, showErrors, setCounts } = grid;
  const picks = () => rows().filter(row => row.querySelector('[data-pick]').checked), all = document.getElementById('all');
  const rowOf = id => rows().find(row => row.dataset.entry === String(id));

  const refresh = () => {
    const chosen = picks();
    bar.hidden = !chosen.length;
    document.getElementById('selected').textContent = say.saySelected.replace('{count}', chosen.length);
    rows().forEach(row => row.classList.toggle('sel', row.querySelector('[data-pick]').checked));
    all.checked = chosen.length > 0 && chosen.length === rows().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  };

  const toast = (words, undo) => {
    const box = document.createElement('div'), span = document.createElement('span');
    box.className = 'toast'; box.dataset.toast = ''; span.textContent = words; box.append(span);
    if (undo) {
      const button = document.createElement('button');
      button.type = 'button'; button.textContent = say.sayUndo;
      button.addEventListener('click', async () => { button.disabled = true; await undo(); box.remove(); });
      box.append(button);
    }
    document.getElementById('toasts').append(box);
  };

  const undo = async reports => {
    const answer = await post(say.undoUrl, { reports });
    if (!answer.ok) return;
    const body = await answer.json();
    body.rows.forEach(data => { const row = rowOf(data.entry); if (row) apply(row, data); });
    setCounts(body.counts);
    toast(say.sayUndone);
  };

  const send = async (data, words) => {
    const answer = await post(say.bulkUrl, { entries: picks().map(row => row.dataset.entry), ...data });
    if (!answer.ok) { toast(say.sayRefused); return; }
    const body = await answer.json();
    body.rows.forEach(stored => apply(rowOf(stored.entry), stored));
    Object.entries(body.errors).forEach(([id, errors]) => showErrors(rowOf(id), errors));
    setCounts(body.counts);
    rows().forEach(row => { row.querySelector('[data-pick]').checked = false; });
    refresh();
    if (body.rows.length) toast(words.replace('{count}', body.rows.length), body.reports.length ? () => undo(body.reports) : null);
    const failed = Object.keys(body.errors).length;
    if (failed) document.getElementById('saved').textContent = say.sayFailed.replace('{count}', failed);
  };

  document.getElementById('grid-form').addEventListener('change', event => { if (event.target.matches('[data-pick]')) refresh(); });
  all.addEventListener('change', () => { rows().forEach(row => { if (row.offsetParent !== null) row.querySelector('[data-pick]').checked = all.checked; }); refresh(); });
  bar.addEventListener('click', event => {
    const kind = event.target.closest('[data-bulk]')?.dataset.bulk, percent = document.getElementById('bp');
    if (kind === 'clear') { rows().forEach(row => { row.querySelector('[data-pick]').checked = false; }); refresh(); }
    if (kind === 'nochange') send({ no_change: true }, say.sayNochange);
    if (kind === 'percent') {
      const ok = /^\d{1,3}$/.test(percent.value.trim()) && Number(percent.value) <= 100;
      percent.setCustomValidity(ok ? '' : say.sayWhole);
      if (ok) send({ percent: percent.value.trim() }, say.sayBulk); else percent.reportValidity();
    }
  });
  document.getElementById('bp').addEventListener('input', event => event.target.setCustomValidity(''));
  refresh();
})();

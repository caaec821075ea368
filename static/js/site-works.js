/* The cards of a community's works and of the diary: each is one entry with its own key. Typed: a draft. Sent or kept: in the outbox. */
(() => {
  const page = document.getElementById('cards'), outbox = window.siteOutbox, drafts = window.siteDrafts, photo = window.sitePhoto;
  if (!page || !outbox || !drafts) return;
  const say = page.dataset, send = document.getElementById('send'), STEP = 5;
  const today = () => { const now = new Date(); return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10); };
  const fill = (words, values) => Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words);
  photo.follow();

  const cards = [...page.querySelectorAll('form[data-card]')].map(form => {
    const card = { form, id: `${page.dataset.entry}:${form.dataset.card}`, key: photo.uuid(), photos: [], on: '', shots: form.querySelector('.shots') };
    const fields = () => Object.fromEntries([...new FormData(form)].filter(([name, value]) => typeof value === 'string' && value !== '' && !/^(csrf|photo-|key$|reported_on$)/.test(name)));
    const percent = form.elements.percent, slider = form.querySelector('input[type=range]');

    card.fields = () => ({ ...fields(), key: card.key, [form.dataset.day]: form.elements[form.dataset.day]?.value || card.on || today() });
    card.filled = () => card.photos.length > 0 || [...form.querySelectorAll('[data-says]')].some(field => field.value.trim() !== '');
    card.state = (words, cls = 'hint') => { const line = form.querySelector('[data-state]'); line.className = cls; line.textContent = words; line.hidden = !words; };
    card.errors = errors => {
      form.querySelectorAll('[data-error]').forEach(line => { line.textContent = errors[line.dataset.error] || ''; line.hidden = !errors[line.dataset.error]; });
      const shown = new Set([...form.querySelectorAll('[data-error]')].map(line => line.dataset.error));
      const loose = Object.entries(errors).filter(([name]) => !shown.has(name)).map(([, words]) => words).join(' ');
      card.state(loose, 'err');
      if (Object.keys(errors).length) { form.closest('details').open = true; form.scrollIntoView({ block: 'center' }); }
    };
    card.draw = () => {
      card.shots.querySelectorAll('div').forEach(tile => tile.remove());
      card.photos.forEach(each => {
        const tile = document.createElement('div'), image = document.createElement('img'), drop = document.createElement('button');
        image.src = URL.createObjectURL(each.blob); image.alt = '';
        drop.type = 'button'; drop.textContent = '×'; drop.setAttribute('aria-label', say.sayRemove);
        drop.addEventListener('click', () => { card.photos.splice(card.photos.indexOf(each), 1); card.draw(); card.keep(); });
        tile.append(image, drop);
        card.shots.insertBefore(tile, card.shots.lastElementChild);
      });
    };
    card.keep = async () => {
      card.on ||= today();
      try {
        if (card.filled()) await drafts.put({ id: card.id, key: card.key, on: card.on, fields: fields(), photos: card.photos });
        else { await drafts.remove(card.id); card.on = ''; }
      } catch { card.state(outbox.say.sayFull, 'err'); }
      count();
    };
    card.take = (item, open = true) => {
      card.key = item.key; card.on = item.on || item.fields[form.dataset.day] || ''; card.photos = [...item.photos];
      Object.entries(item.fields).forEach(([name, value]) => { if (form.elements[name] && name !== 'key' && name !== 'card') form.elements[name].value = value; });
      if (slider && percent.value) slider.value = percent.value;
      card.draw();
      if (open) form.closest('details').open = true;
    };
    card.clear = async () => {
      form.querySelectorAll('[data-says], [data-day]').forEach(field => { field.value = ''; });
      card.photos = []; card.key = photo.uuid(); card.on = ''; card.draw(); card.errors({});
      await drafts.remove(card.id);
      count();
    };

    if (percent) {
      const set = value => {
        percent.value = Math.max(0, Math.min(100, value));
        slider.value = percent.value;
        const done = form.elements.completed_on, begun = form.elements.started_on;
        if (percent.value === '100' && !done.value && !done.dataset.known) done.value = today();
        if (percent.value !== '100') done.value = '';
        if (Number(percent.value) > 0 && !begun.value && !begun.dataset.known) begun.value = today();
        card.keep();
      };
      slider.hidden = false;
      slider.addEventListener('input', () => set(Number(slider.value)));
      form.querySelectorAll('[data-step]').forEach(button => button.addEventListener('click', () => set(Number(percent.value || slider.value) + Number(button.dataset.step) * STEP)));
      percent.addEventListener('change', () => { if (/^\d{1,3}$/.test(percent.value.trim())) set(Number(percent.value)); });
    }
    form.addEventListener('input', () => { clearTimeout(card.timer); card.timer = setTimeout(card.keep, 250); });
    form.querySelector('input[type=file]').addEventListener('change', async event => {
      for (const file of event.target.files) {
        try { card.photos.push(await photo.take(file, form.dataset.kind)); } catch { card.state(say.sayPhoto, 'err'); }
      }
      event.target.value = '';
      card.draw(); await card.keep();
    });
    form.addEventListener('submit', event => { event.preventDefault(); sendAll(); });
    form.querySelector('.plain-send').hidden = true;
    return card;
  });

  const count = () => {
    const number = cards.filter(card => card.filled()).length;
    send.disabled = !number;
    send.querySelector('[data-text]').textContent = fill(!number ? say.sayNothing : navigator.onLine ? say.saySend : say.sayKeep, { count: number });
  };
  const bad = card => {
    const percent = card.form.elements.percent?.value.trim();
    if (percent && (!/^\d{1,3}$/.test(percent) || Number(percent) > 100)) return { percent: say.sayNumber };
    if (percent && card.form.dataset.before && Number(percent) < Number(card.form.dataset.before) && !card.form.elements.note.value.trim()) return { note: fill(say.sayLess, { percent: card.form.dataset.before }) };
    return Object.fromEntries([...card.form.querySelectorAll('[data-needed]')].filter(field => !field.value.trim()).map(field => [field.name, say.sayNeeded]));
  };
  /* Every filled card goes into the outbox first, then out: what fails is kept there. */
  const sendAll = async () => {
    const filled = cards.filter(card => card.filled());
    const wrong = filled.filter(card => { const errors = bad(card); card.errors(errors); return Object.keys(errors).length; });
    if (wrong.length) return;
    send.disabled = true;
    for (const card of filled) {
      clearTimeout(card.timer);
      const item = { tries: 0, nextTry: 0, savedAt: Date.now(), error: '', key: card.key, url: page.dataset.url, name: card.form.dataset.name, fields: card.fields(), photos: [...card.photos], what: card.form.dataset.what || '' };
      try { await outbox.keep(item); } catch { card.state(outbox.say.sayFull, 'err'); continue; }
      await card.clear();
      if (!navigator.onLine) { card.state(say.sayWaiting); continue; }
      await outbox.sendNow(item);
      if (item.errors) { await outbox.remove(item.key); await outbox.draw(); card.take(item); card.errors(item.errors); await card.keep(); }
      else if (!(await outbox.get(item.key))) continue;
      else card.state(say.sayWaiting);
    }
    count();
  };
  send.addEventListener('click', sendAll);

  addEventListener('site-sent', ({ detail }) => {
    const card = cards.find(each => each.form.dataset.card === (detail.item.fields.work || 'diary'));
    if (!card || detail.item.url !== page.dataset.url) return;
    const { percent } = detail.answer;
    if (percent !== undefined && percent !== null) { card.form.dataset.before = percent; card.form.closest('details').querySelector('[data-now]').textContent = `${percent}%`; }
    card.state(say.saySent, 'f pass');
  });
  addEventListener('online', count); addEventListener('offline', count);

  (async () => {
    for (const draft of await drafts.all()) { const card = cards.find(each => each.id === draft.id); if (card) card.take(draft); }
    const mend = new URLSearchParams(location.search).get('mend'), item = mend && await outbox.get(mend);
    const card = item && cards.find(each => each.form.dataset.card === (item.fields.work || 'diary'));
    if (card) { await outbox.remove(item.key); await outbox.draw(); card.take(item); await card.keep(); card.errors(item.errors || {}); }
    count();
  })();
  count();
})();

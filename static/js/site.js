/* One visit on site: position, photos made small, progress; then sent, or kept until there is a net. */
(() => {
  const form = document.getElementById('visit'), outbox = window.siteOutbox;
  if (!form || !outbox) return;
  const say = form.dataset, photos = [];
  const byId = id => document.getElementById(id);
  const { uuid, shrink } = window.sitePhoto;
  let position = null, key = form.elements.key.value;

  /* position: the same rule as the server's (outline, or a radius round the registered point); the server decides */
  const radians = degrees => degrees * Math.PI / 180;
  const metres = (a, b) => 2 * 6371008.8 * Math.asin(Math.sqrt(Math.sin(radians(b[1] - a[1]) / 2) ** 2
    + Math.cos(radians(a[1])) * Math.cos(radians(b[1])) * Math.sin(radians(b[0] - a[0]) / 2) ** 2));
  const inside = (p, ring) => ring.reduce((found, [x1, y1], n) => {
    const [x2, y2] = ring[(n + 1) % ring.length];
    return (y1 > p[1]) !== (y2 > p[1]) && p[0] < (x2 - x1) * (p[1] - y1) / (y2 - y1) + x1 ? !found : found;
  }, false);
  const where = (state, words) => {
    const line = byId('where');
    line.hidden = false; line.className = `f ${state} wraps`;
    line.replaceChildren(byId(state === 'pass' ? 'mark-in' : 'mark-mend').content.querySelector('svg').cloneNode(true), words);
  };
  const placed = ({ coords }) => {
    position = { longitude: coords.longitude, latitude: coords.latitude, accuracy: Math.round(coords.accuracy) };
    const here = [coords.longitude, coords.latitude], ring = JSON.parse(say.outline || '[]'), accuracy = Math.round(coords.accuracy);
    const fill = words => words.replace('{metres}', accuracy);
    if (!ring.length && !say.longitude) { where('near', fill(say.sayUnknown)); return; }
    const distance = ring.length >= 3 ? (inside(here, ring) ? 0 : Math.min(...ring.map(corner => metres(here, corner)))) : metres(here, [Number(say.longitude), Number(say.latitude)]);
    const good = ring.length >= 3 ? distance === 0 : distance <= Number(say.radius);
    if (good) where('pass', fill(say.sayIn)); else where('near', fill(say.sayOut).replace('{distance}', Math.round(distance)));
  };
  if (navigator.geolocation) {
    where('near', say.saySeeking);
    navigator.geolocation.watchPosition(placed, () => { if (!position) where('near', say.sayDenied); }, { enableHighAccuracy: true, maximumAge: 15000, timeout: 20000 });
  }

  /* photos: made small in the browser, time and place kept beside them */
  const drawPhoto = photo => {
    const tile = document.createElement('div'), image = document.createElement('img'), drop = document.createElement('button');
    image.src = URL.createObjectURL(photo.blob); image.alt = '';
    drop.type = 'button'; drop.textContent = '×'; drop.setAttribute('aria-label', say.sayRemove);
    drop.addEventListener('click', () => { photos.splice(photos.indexOf(photo), 1); URL.revokeObjectURL(image.src); tile.remove(); });
    tile.append(image, drop);
    byId('shots').insertBefore(tile, byId('shots').lastElementChild);
  };
  const add = photo => { photos.push(photo); drawPhoto(photo); };
  byId('camera').addEventListener('change', async event => {
    const kind = form.elements['photo-kind']?.value || say.kind;
    for (const file of event.target.files) {
      try {
        const blob = await shrink(file);
        add({ key: uuid(), blob, kind, taken_at: new Date(Math.min(file.lastModified || Date.now(), Date.now())).toISOString(), ...(position || {}) });
      } catch { showErrors({ '': say.sayPhoto }); }
    }
    event.target.value = '';
  });

  /* progress */
  const percent = byId('percent'), slider = byId('slider');
  const fieldError = (name, words) => {
    const line = form.querySelector(`[data-error="${name}"]`);
    if (!line) return false;
    line.textContent = words; line.hidden = !words;
    line.closest('.work').classList.toggle('bad', Boolean(words));
    return true;
  };
  const checkPercent = () => {
    const text = percent.value.trim(), number = Number(text);
    if (text && (!/^\d{1,3}$/.test(text) || number > 100)) { fieldError('percent', say.sayNumber); return false; }
    const less = text && say.previous !== '' && say.previous !== 'None' && number < Number(say.previous) && !form.elements.note.value.trim();
    fieldError('percent', less ? say.sayLess.replace('{percent}', say.previous) : '');
    return !less;
  };
  if (percent) {
    slider.hidden = false;
    slider.addEventListener('input', () => { percent.value = slider.value; checkPercent(); });
    percent.addEventListener('input', () => { if (/^\d{1,3}$/.test(percent.value)) slider.value = percent.value; checkPercent(); });
    form.elements.note.addEventListener('input', checkPercent);
  }

  const showErrors = errors => {
    form.querySelectorAll('[aria-invalid]').forEach(field => field.removeAttribute('aria-invalid'));
    const call = byId('errors'), entries = Object.entries(errors), loose = entries.filter(([name, words]) => !fieldError(name, words));
    call.hidden = !loose.length;
    call.querySelector('ul').replaceChildren(...loose.map(([name, words]) => {
      const line = document.createElement('li'), field = form.elements[name], label = field?.labels?.[0]?.textContent;
      const group = field?.closest?.('fieldset')?.querySelector('legend')?.textContent;
      if (label) {
        const link = document.createElement('a');
        link.href = `#${field.id}`; link.textContent = [group, label].filter(Boolean).join(' · ');
        line.append(link, ` ${words}`);
        field.setAttribute('aria-invalid', 'true');
      } else line.textContent = words;
      return line;
    }));
    if (entries.length) (loose.length ? call : form.querySelector('.work.bad')).scrollIntoView({ block: 'center' });
  };

  const collect = () => {
    const fields = {};
    new FormData(form).forEach((value, name) => { if (typeof value === 'string' && value && !/^(photo-|csrf|key$)/.test(name)) fields[name] = value; });
    if (!fields.declare) delete fields.happened_on;
    fields.key = key;
    return { key, url: form.getAttribute('action'), name: say.name, fields, photos: [...photos] };
  };
  const empty = item => !item.photos.length && !item.fields.percent && !item.fields.paid_amount && !item.fields.declare && !Object.keys(item.fields).some(name => name.endsWith('-number'));
  const clear = () => {
    photos.splice(0); byId('shots').querySelectorAll('div').forEach(tile => tile.remove());
    ['percent', 'paid_amount', 'note'].forEach(name => { if (form.elements[name]) form.elements[name].value = ''; });
    form.querySelectorAll('.contract input').forEach(field => { field.value = ''; });
    if (form.elements.declare) form.elements.declare.checked = false;
    key = uuid();
  };

  form.addEventListener('submit', async event => {
    event.preventDefault();
    showErrors({});
    if (percent && !checkPercent()) { byId('work-percent').scrollIntoView({ block: 'center' }); return; }
    const item = { tries: 0, nextTry: 0, savedAt: Date.now(), error: '', ...collect() }, button = byId('send');
    if (empty(item)) { showErrors({ '': say.sayNothing }); return; }
    button.disabled = true;
    try {
      await outbox.keep(item);
      if (!navigator.onLine) { clear(); return; }
      if (await outbox.sendNow(item)) { location.assign(item.url); return; }
      if (item.errors) { await outbox.remove(item.key); await outbox.draw(); showErrors(item.errors); key = item.key; } else clear();
    } catch { showErrors({ '': outbox.say.sayFull }); }
    finally { button.disabled = false; }
  });

  /* a kept report that the server refused comes back into the form */
  const mend = new URLSearchParams(location.search).get('mend');
  if (mend) outbox.get(mend).then(item => {
    if (!item) return;
    key = item.key; item.photos.forEach(add);
    Object.entries(item.fields).forEach(([name, value]) => {
      const field = form.elements[name];
      if (field && field.type === 'checkbox') field.checked = true; else if (field && name !== 'key') field.value = value;
    });
    showErrors(item.errors || {});
  });

  const net = () => {
    byId('send').querySelector('[data-online]').hidden = !navigator.onLine;
    byId('send').querySelector('[data-offline]').hidden = navigator.onLine;
  };
  addEventListener('online', net); addEventListener('offline', net); net();
})();

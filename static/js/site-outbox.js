/* What a phone has not sent yet: kept in IndexedDB, sent by itself, never stored twice (each report and photo carries its own key). */
(() => {
  const box = document.getElementById('outbox');
  if (!box) return;
  const say = box.dataset, list = document.getElementById('outbox-list'), strip = document.getElementById('strip');
  const FIRST_WAIT = 10000, LONGEST_WAIT = 300000;
  let sending = false, sendingKey = '';

  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open(`site-outbox-${say.user}`, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('items', { keyPath: 'key' });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const store = async (mode, work) => {
    const db = await opened;
    return new Promise((resolve, reject) => {
      const transaction = db.transaction('items', mode), asked = work(transaction.objectStore('items'));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  };
  const items = async () => (await store('readonly', rows => rows.getAll())).sort((a, b) => a.savedAt - b.savedAt);
  const put = item => store('readwrite', rows => rows.put(item));
  const remove = key => store('readwrite', rows => rows.delete(key));
  const clock = time => new Date(time).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hour12: false });

  const toast = words => {
    const note = document.createElement('div');
    note.className = 'toast'; note.textContent = words;
    document.getElementById('toasts').append(note);
    setTimeout(() => note.remove(), 6000);
  };

  const whatOf = item => {
    const words = item.what ? [item.what] : [];
    if (item.fields.percent) words.push(say.sayProgress.replace('{percent}', item.fields.percent));
    if (item.photos.length) words.push(say.sayPhotos.replace('{count}', item.photos.length));
    if (item.fields.declare === 'start') words.push(say.sayStart);
    if (item.fields.declare === 'completion') words.push(say.sayCompletion);
    return words.join(document.documentElement.lang === 'en' ? ', ' : '、');
  };
  const stateOf = item => {
    if (item.key === sendingKey) return say.saySending;
    if (item.error) return item.error;
    if (item.tries) return say.sayTried.replace('{count}', item.tries).replace('{time}', clock(item.nextTry));
    return say.sayWaiting.replace('{time}', clock(item.savedAt));
  };

  const draw = async () => {
    const all = await items();
    box.hidden = !all.length;
    list.replaceChildren(...all.map(item => {
      const row = document.createElement('li'), text = document.createElement('span'), name = document.createElement('b'), state = document.createElement('span');
      row.dataset.key = item.key;
      name.textContent = item.name;
      state.className = item.error ? 'err' : 'hint'; state.textContent = stateOf(item);
      text.append(name, whatOf(item) ? ` · ${whatOf(item)}` : '', document.createElement('br'), state);
      if (item.error || item.tries) {
        text.append(document.createElement('br'));
        if (item.error) { const open = document.createElement('a'); open.href = `${item.url}?mend=${item.key}`; open.textContent = say.sayOpen; text.append(open, ' · '); }
        const drop = document.createElement('button');
        drop.type = 'button'; drop.className = 'linkb'; drop.textContent = say.sayDelete;
        drop.addEventListener('click', async () => { if (confirm(say.saySure)) { await remove(item.key); draw(); } });
        text.append(drop);
      }
      row.append(document.getElementById(item.error || item.tries ? 'mark-mend' : 'mark-wait').content.cloneNode(true), text);
      return row;
    }));
    const mend = all.filter(item => item.error).length;
    strip.hidden = !all.length;
    document.getElementById('strip-title').textContent = (navigator.onLine ? say.sayOnline : say.sayOffline).replace('{count}', all.length);
    document.getElementById('strip-text').textContent = mend ? say.sayMend.replace('{count}', mend) : say.sayKept;
  };

  const bodyOf = item => {
    const data = new FormData();
    Object.entries(item.fields).forEach(([name, value]) => data.append(name, value));
    item.photos.forEach((photo, n) => {
      data.append(`photo-${n}`, photo.blob, `${photo.key}.jpg`);
      ['key', 'kind', 'taken_at', 'longitude', 'latitude', 'accuracy'].forEach(name => { if (photo[name] !== undefined && photo[name] !== null) data.append(`photo-${n}-${name}`, photo[name]); });
    });
    return data;
  };

  const again = async item => {
    item.tries += 1;
    item.nextTry = Date.now() + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (item.tries - 1));
    await put(item);
  };

  /* true = stored by the server. */
  const send = async item => {
    const token = box.querySelector('[name=csrfmiddlewaretoken]').value;
    sendingKey = item.key;
    await draw();
    try {
      const answer = await fetch(item.url, { method: 'POST', credentials: 'same-origin', headers: { Accept: 'application/json', 'X-CSRFToken': token }, body: bodyOf(item) });
      const kind = answer.headers.get('Content-Type') || '';
      if (answer.ok && !answer.redirected && kind.includes('json')) {
        await remove(item.key);
        toast(say.saySent.replace('{name}', item.name));
        dispatchEvent(new CustomEvent('site-sent', { detail: { item, answer: await answer.json() } }));
        return true;
      }
      if (kind.includes('json') && answer.status < 500) {
        const body = await answer.json();
        item.errors = body.errors;
        item.error = [...new Set(Object.values(body.errors))].join(' ');
        await put(item);
      } else if (answer.redirected || answer.status === 403 || answer.status === 404) { item.error = say.saySignin; await put(item); }
      else if (answer.status === 413) { item.error = say.sayTooLarge; await put(item); }
      else await again(item);
    } catch (problem) {
      if (!(problem instanceof TypeError)) throw problem;
      await again(item);
    } finally { sendingKey = ''; }
    return false;
  };

  const sendAll = async (force = false) => {
    if (sending) return;
    sending = true;
    try {
      if (navigator.onLine) for (const item of await items()) if ((!item.error || item.error === say.saySignin) && (force || (item.nextTry || 0) <= Date.now())) await send(item);
    } finally { sending = false; await draw(); }
  };

  window.siteOutbox = {
    keep: async item => { await put({ tries: 0, nextTry: 0, savedAt: Date.now(), error: '', ...item }); await draw(); },
    get: key => store('readonly', rows => rows.get(key)),
    remove, sendAll, draw, sendNow: async item => { const done = await send(item); await draw(); return done; }, toast, say,
  };
  addEventListener('online', () => sendAll(true));
  addEventListener('offline', draw);
  setInterval(() => sendAll(), FIRST_WAIT);
  opened.then(() => sendAll(true)).catch(() => { box.hidden = true; });
})();

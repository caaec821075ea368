/* What is typed into a card and not sent: kept in IndexedDB, photos too, until it is sent. A database of each user. */
(() => {
  const box = document.getElementById('outbox');
  if (!box || !('indexedDB' in window)) return;
  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open(`site-drafts-${box.dataset.user}`, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('cards', { keyPath: 'id' });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const store = async (mode, work) => {
    const db = await opened;
    return new Promise((resolve, reject) => {
      const transaction = db.transaction('cards', mode), asked = work(transaction.objectStore('cards'));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  };
  window.siteDrafts = {
    all: () => store('readonly', rows => rows.getAll()),
    put: draft => store('readwrite', rows => rows.put(draft)),
    remove: id => store('readwrite', rows => rows.delete(id)),
  };
})();

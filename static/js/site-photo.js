/* What pages of the site have in common: keys, the phone's position, photos made small. */
(() => {
  const LONG_EDGE = 1920;
  let position = null;
  const uuid = () => crypto.randomUUID ? crypto.randomUUID() : '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, c =>
    (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16));
  const placed = ({ coords }) => { position = { longitude: coords.longitude, latitude: coords.latitude, accuracy: Math.round(coords.accuracy) }; };
  const follow = () => { if (navigator.geolocation) navigator.geolocation.watchPosition(placed, () => undefined, { enableHighAccuracy: true, maximumAge: 15000, timeout: 20000 }); };
  const shrink = async file => {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height)), canvas = document.createElement('canvas');
    canvas.width = Math.round(picture.width * scale); canvas.height = Math.round(picture.height * scale);
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise(resolve => { canvas.toBlob(resolve, 'image/jpeg', 0.82); });
  };
  /* A photo as the outbox keeps it; rejects what is no picture. */
  const take = async (file, kind) => ({
    key: uuid(), blob: await shrink(file), kind, taken_at: new Date(Math.min(file.lastModified || Date.now(), Date.now())).toISOString(), ...(position || {}),
  });
  window.sitePhoto = { uuid, shrink, take, follow, position: () => position };
})();

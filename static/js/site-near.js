/* The list of communities, nearest first, when the phone tells where it is. */
(() => {
  const list = document.getElementById('communities');
  if (!list || !navigator.geolocation) return;
  const radians = degrees => degrees * Math.PI / 180;
  const metres = (a, b) => {
    const h = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2
      + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
    return 2 * 6371008.8 * Math.asin(Math.sqrt(h));
  };
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const rows = [...list.children].map(row => {
      const link = row.querySelector('a'), { longitude, latitude } = link.dataset;
      const distance = longitude ? metres(coords, { longitude: Number(longitude), latitude: Number(latitude) }) : Infinity;
      if (distance < Infinity) row.querySelector('[data-distance]').textContent = distance < 1000 ? `· ${Math.round(distance)} m` : `· ${(distance / 1000).toFixed(1)} km`;
      return { row, distance };
    });
    rows.sort((a, b) => a.distance - b.distance).forEach(({ row }) => list.append(row));
  }, () => undefined, { maximumAge: 60000, timeout: 10000 });
})();

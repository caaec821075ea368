/* The communities of an area on a map. Needs leaflet and supercluster.
   <div id="community-map" data-points="/…points.json" data-outline="/…geojson or empty" data-tiles="https://…/{z}/{x}/{y}.png or empty" data-legend="map-legend" …words…></div>
   Shapes and words of the stages are read from the legend's links: <a data-group="works"><svg>…</svg><span>Under works</span></a>. */
(() => {
  const box = document.getElementById('community-map');
  if (!box || !window.L || !window.Supercluster) return;
  const words = box.dataset, L = window.L;
  const legend = new Map([...document.querySelectorAll(`#${words.legend} [data-group]`)].map(link => [link.dataset.group, { shape: link.querySelector('svg'), label: link.querySelector('span').textContent }]));
  const SVG = 'http://www.w3.org/2000/svg';
  const node = (tag, attributes = {}, ...inside) => {
    const made = tag === 'svg' || tag === 'rect' ? document.createElementNS(SVG, tag) : document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...inside);
    return made;
  };
  const count = number => number.toLocaleString('en');

  const map = L.map(box, { zoomControl: false, zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false, zoomSnap: .5, minZoom: 5, maxZoom: 19 });
  L.control.zoom({ position: 'topright', zoomInTitle: words.in, zoomOutTitle: words.out }).addTo(map);
  L.control.scale({ imperial: false, position: 'bottomleft' }).addTo(map);
  map.attributionControl.setPrefix(false);
  if (words.tiles) L.tileLayer(words.tiles, { maxZoom: 19, attribution: words.source }).addTo(map);

  /* A cluster: how many, and below it the stages as parts of one bar, in the legend's order. */
  const WIDTH = 44;
  const cluster = properties => {
    const bar = node('svg', { class: 'cmap-bar', viewBox: `0 0 ${WIDTH} 6`, width: WIDTH, height: 6, 'aria-hidden': 'true' });
    let at = 0;
    [...legend.keys()].forEach((group, place) => {
      const part = (properties.counts[place] || 0) / properties.point_count * WIDTH;
      if (part) bar.append(node('rect', { class: `b-${group}`, x: at, y: 0, width: part, height: 6 }));
      at += part;
    });
    return node('span', {}, node('b', {}, count(properties.point_count)), bar);
  };
  const summary = properties => [...legend.values()].map(({ label }, place) => [label, properties.counts[place] || 0]).filter(([, number]) => number).map(([label, number]) => `${label} ${count(number)}`).join(' · ');
  const popup = ({ id, name, group, households }) => {
    const { shape, label } = legend.get(group);
    return node('div', { class: 'cmap-popup' }, node('b', {}, name), node('p', {}, shape.cloneNode(true), label), node('p', { class: 'note' }, words.households.replace('{n}', count(households))), node('a', { href: `${words.community}${id}/` }, words.open));
  };
  const label = (marker, text) => marker.on('add', () => { const element = marker.getElement(); element.setAttribute('aria-label', text); element.setAttribute('role', 'button'); });

  const show = ({ groups, points }, outline) => {
    if (outline) L.geoJSON(outline, { interactive: false, style: { className: 'cmap-outline' } }).addTo(map);
    const index = new window.Supercluster({ radius: 66, maxZoom: 14, minPoints: 3,
      map: ({ place }) => ({ counts: { [place]: 1 } }),
      reduce: (whole, { counts }) => { whole.counts = { ...whole.counts }; Object.entries(counts).forEach(([place, number]) => { whole.counts[place] = (whole.counts[place] || 0) + number; }); } });
    index.load(points.map(([x, y, place, id, name, households]) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [x, y] }, properties: { place, id, name, households, group: groups[place] } })));
    const layer = L.layerGroup().addTo(map);
    const draw = () => {
      const view = map.getBounds().pad(.1);
      layer.clearLayers();
      index.getClusters([view.getWest(), view.getSouth(), view.getEast(), view.getNorth()], Math.floor(map.getZoom())).forEach(({ id, geometry: { coordinates: [x, y] }, properties }) => {
        const icon = properties.cluster
          ? L.divIcon({ className: 'cmap-cluster', html: cluster(properties), iconSize: [WIDTH + 12, 36] })
          : L.divIcon({ className: 'cmap-point', html: legend.get(properties.group).shape.cloneNode(true), iconSize: [24, 24] });
        const marker = L.marker([y, x], { icon, keyboard: true, riseOnHover: true });
        if (properties.cluster) {
          label(marker, `${words.cluster.replace('{n}', count(properties.point_count))}: ${summary(properties)}`);
          marker.bindTooltip(summary(properties)).on('click', () => map.setView([y, x], Math.min(index.getClusterExpansionZoom(id), 17)));
        } else {
          label(marker, `${properties.name}, ${legend.get(properties.group).label}`);
          marker.bindTooltip(properties.name).bindPopup(() => popup(properties), { closeButton: true, minWidth: 180 });
        }
        marker.addTo(layer);
      });
      box.dataset.drawn = layer.getLayers().length;
    };
    /* a popup that moves the map into view must not lose its marker: what is open stays */
    map.on('moveend', () => { if (!map._popup?.isOpen()) draw(); });
    map.on('popupclose', draw);
    map.fitBounds(L.latLngBounds(points.map(([x, y]) => [y, x])).pad(.05), { maxZoom: 13 });
    draw();
  };
  const read = address => (address ? fetch(address).then(answer => (answer.ok ? answer.json() : Promise.reject(answer.status))) : Promise.resolve(null));
  Promise.all([read(words.points), read(words.outline)]).then(([points, outline]) => show(points, outline)).catch(() => {
    box.replaceWith(node('p', { class: 'call near', role: 'status' }, words.failed));
  });
})();

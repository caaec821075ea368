/* Maps drawn from tables. Needs echarts and charts.js.
   <div class="map" role="img" aria-label="…" data-table="rank" data-geo="/…geojson" data-column="rate" data-limits="60,70,80,90" data-parent="130400"></div>
   Table: <th data-column="rate">, <tr data-code="130100">, the name in the row's first link, its number in the cell's data-value ("" = no plan).
   A legend beside it: <ul data-legend data-unit="%" data-below="below {limit}" data-above="{limit} and above" data-none="No plan">. */
(() => {
  const { token, small, text, number, tooltip, open, keep } = window.HB;
  const SIZE = small ? { name: 11, value: 11, line: 13 } : { name: 12, value: 14, line: 16 };

  const ASPECT = .78;  // a degree of longitude against one of latitude at 38.5° N
  const spanOf = (features, axis) => {
    const values = features.flatMap(({ geometry: { type, coordinates } }) => (type === 'Polygon' ? [coordinates] : coordinates).flatMap(rings => rings[0].map(point => point[axis])));
    return Math.max(...values) - Math.min(...values);
  };
  const shortened = name => (/[a-z]/i.test(name) ? name.replace(/ (New Area|City|County|District)$/i, '')
    : name.length > 2 ? name.replace(/(满族|回族|蒙古族|各族)+自治县$/, '').replace(/(?<!矿)(市|新区|区|县)$/, '') : name);
  const wide = (words, size) => [...words].reduce((sum, letter) => sum + (letter > '\u2e80' ? 1 : /[A-Z]/.test(letter) ? .68 : .56), 0) * size;

  const read = box => {
    const table = document.getElementById(box.dataset.table);
    const column = [...table.tHead.rows[0].cells].findIndex(head => head.dataset.column === box.dataset.column);
    return new Map([...table.tBodies[0].rows].filter(row => row.dataset.code).map(row => {
      const cell = row.cells[column], link = row.querySelector('a, .unit'), name = (link || row.cells[1]).textContent.trim();
      const value = cell?.dataset.value ?? '';
      return [row.dataset.code, { code: row.dataset.code, name, short: row.dataset.short || shortened(name), url: link?.href, value, number: number(value), words: value || cell?.textContent.trim() || '' }];
    }));
  };
  const legend = (box, limits, gaps) => {
    const list = box.closest('figure')?.querySelector('[data-legend]');
    if (!list) return;
    const { unit = '', below = '{limit}', above = '{limit}', none = '' } = list.dataset, last = limits.length;
    const words = [below.replace('{limit}', limits[0] + unit), ...limits.slice(1).map((limit, k) => `${limits[k]}–${limit}`), above.replace('{limit}', limits[last - 1] + unit)];
    const item = (cls, label) => {
      const li = document.createElement('li'), svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      svg.setAttribute('aria-hidden', 'true'); rect.setAttribute('class', cls); rect.setAttribute('width', 18); rect.setAttribute('height', 12);
      svg.append(rect); li.append(svg, label); return li;
    };
    list.replaceChildren(...words.map((label, k) => item(`q${k + 1}`, label)), ...(gaps && none ? [item('q0', none)] : []));
  };

  /* Which unit covers a pixel: every polygon is painted once on a hidden canvas in its own shade. */
  const cover = (features, chart, width, height) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height }), pen = canvas.getContext('2d', { willReadFrequently: true });
    features.forEach((feature, index) => {
      const { type, coordinates } = feature.geometry;
      pen.fillStyle = `#${(index + 1).toString(16).padStart(2, '0')}0000`;
      pen.beginPath();
      (type === 'Polygon' ? [coordinates] : coordinates).forEach(rings => rings.forEach(ring => {
        ring.forEach((point, k) => { const [x, y] = chart.convertToPixel('geo', point); if (k) pen.lineTo(x, y); else pen.moveTo(x, y); });
        pen.closePath();
      }));
      pen.fill('evenodd');
    });
    const { data } = pen.getImageData(0, 0, width, height);
    return (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? -1 : data[4 * (Math.round(y) * width + Math.round(x))] - 1);
  };
  const samples = ({ x, y, w, h }) => [-.5, -.33, -.17, 0, .17, .33, .5].flatMap(i => [-.5, -.25, 0, .25, .5].map(j => [x + i * w, y + j * h]));
  const apart = (a, b) => Math.abs(a.x - b.x) * 2 > a.w + b.w + 4 || Math.abs(a.y - b.y) * 2 > a.h + b.h + 2;
  const cross = (a, b, c, d) => {
    const side = (p, q, r) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
    return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
  };

  /* A name stands inside its unit where it fits, else at the end of the shortest free leader line, else only in the table. */
  const inside = (unit, owner, placed) => {
    const tries = [[0, 0]];
    for (let i = -6; i <= 6; i++) for (let j = -6; j <= 6; j++) tries.push([i * 6, j * 6]);
    tries.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
    for (const need of unit.light ? [1] : [1, .8]) {  // white letters must not leave their dark ground
      for (const [dx, dy] of tries) {
        const spot = { x: unit.at[0] + dx, y: unit.at[1] + dy, w: unit.w, h: unit.h }, points = samples(spot);
        if (points.filter(p => owner(...p) === unit.index).length >= need * points.length && placed.every(other => apart(spot, other))) return spot;
      }
    }
    return null;
  };
  const led = (unit, owner, placed, leaders, width, height) => {
    let best = null;
    for (let angle = 0; angle < 360; angle += 15) {
      for (let reach = 28; reach <= 190; reach += 9) {
        const tip = [unit.at[0] + reach * Math.cos(angle * Math.PI / 180), unit.at[1] + reach * Math.sin(angle * Math.PI / 180)], right = tip[0] >= unit.at[0];
        const spot = { x: tip[0] + (right ? 1 : -1) * (unit.w / 2 + 3), y: tip[1], w: unit.w, h: unit.h };
        if (spot.x - spot.w / 2 < 0 || spot.x + spot.w / 2 > width || spot.y - spot.h / 2 < 0 || spot.y + spot.h / 2 > height || !placed.every(other => apart(spot, other))) continue;
        const points = samples(spot), over = points.filter(p => owner(...p) >= 0).length / points.length;
        const through = placed.filter(p => [.3, .6, .9].some(k => Math.abs(unit.at[0] + k * (tip[0] - unit.at[0]) - p.x) < p.w / 2 && Math.abs(unit.at[1] + k * (tip[1] - unit.at[1]) - p.y) < p.h / 2)).length;
        const cost = reach + 400 * over + 120 * through + 150 * leaders.filter(l => cross(unit.at, tip, l.at, l.tip)).length;
        if (!best || cost < best.cost) best = { ...spot, tip, cost };
      }
    }
    return best && best.cost < 260 ? best : null;
  };

  const write = (chart, box, features, rows, shade, light, group) => {
    const width = box.clientWidth, height = box.clientHeight, owner = cover(features, chart, width, height), placed = [], leaders = [], { Text, Line, Circle } = echarts.graphic;
    light.clear();
    group.removeAll();
    const units = features.map((feature, index) => {
      const row = rows.get(feature.properties.code);
      return row && { row, index, light: shade(row) > 3, at: chart.convertToPixel('geo', feature.properties.cp), w: Math.max(wide(row.short, SIZE.name), wide(row.words, SIZE.value)) + 2, h: 2 * SIZE.line };
    }).filter(Boolean);
    const put = (unit, spot, colour, halo = null) => {  // halo: keeps a name readable whose end lies on another unit
      placed.push(spot);
      const line = (words, dy, size, weight) => new Text({ silent: true, z: 100, x: spot.x, y: spot.y + dy, style: { text: words, fill: colour, font: `${weight} ${size}px ${text.fontFamily}`, align: 'center', verticalAlign: 'middle', ...(halo && { stroke: halo, lineWidth: 3 }) } });
      const lines = [line(unit.row.short, -SIZE.line / 2, SIZE.name, 400), line(unit.row.words, SIZE.line / 2, SIZE.value, 650)];
      lines.forEach(element => group.add(element));
      if (unit.light) light.set(unit.row.code, lines);
    };
    const rest = units.filter(unit => {
      const spot = inside(unit, owner, placed);
      if (!spot) return true;
      put(unit, spot, unit.light ? token('surface') : token('ink-1'));
      return false;
    });
    for (const unit of rest) {
      const spot = led(unit, owner, placed, leaders, width, height);
      if (!spot) continue;
      leaders.push({ at: unit.at, tip: spot.tip });
      unit.light = false;
      for (const [colour, lineWidth, z] of [['surface', 3, 89], ['ink-1', 1, 90]]) group.add(new Line({ silent: true, z, shape: { x1: unit.at[0], y1: unit.at[1], x2: spot.tip[0], y2: spot.tip[1] }, style: { stroke: token(colour), lineWidth } }));
      group.add(new Circle({ silent: true, z: 91, shape: { cx: unit.at[0], cy: unit.at[1], r: 2.5 }, style: { fill: token('surface'), stroke: token('ink-1') } }));
      put(unit, spot, token('ink-1'), token('surface'));
    }
  };

  const draw = async box => {
    const rows = read(box), limits = box.dataset.limits.split(',').map(Number), parent = box.dataset.parent;
    const shade = row => (row.number === null ? 0 : limits.filter(limit => row.number >= limit).length + 1);
    const fill = row => (shade(row) ? token(`seq-${shade(row)}`) : token('sunken'));
    legend(box, limits, [...rows.values()].some(row => row.number === null));
    const answer = await fetch(box.dataset.geo, { credentials: 'same-origin' });
    if (!answer.ok) return;
    const whole = await answer.json(), features = whole.features.filter(feature => !parent || feature.properties.parent === parent);
    if (!features.length) return;
    const name = `${box.dataset.geo}#${parent || ''}`;
    echarts.registerMap(name, { type: 'FeatureCollection', features });
    const chart = open(box), across = [0, 1].map(axis => spanOf(features, axis)), aspect = across[0] / across[1] * ASPECT;
    const layout = () => {  // as large as the box allows with room for names beside it, never stretched
      const height = Math.min(box.clientHeight - 2 * 14, (box.clientWidth - (small ? 56 : 72)) / aspect);
      return { layoutCenter: ['50%', '50%'], layoutSize: Math.max(height, height * aspect) };
    };
    chart.setOption({
      tooltip: { ...tooltip, trigger: 'item' },
      geo: { map: name, nameProperty: 'code', ...layout(), aspectScale: ASPECT, label: { show: false }, itemStyle: { areaColor: token('sunken'), borderColor: token('surface'), borderWidth: 1.5 },
        tooltip: { ...tooltip, show: true, formatter: ({ name: code }) => { const row = rows.get(code); return row ? `${row.name}  ${row.words}` : ''; } }, emphasis: { label: { show: false }, itemStyle: { areaColor: token('focus-gap') } }, select: { disabled: true },
        regions: [...rows.values()].map(row => ({ name: row.code, itemStyle: { areaColor: fill(row), borderColor: shade(row) ? token('surface') : token('edge'), borderWidth: shade(row) ? 1.5 : .75 } })) },
    });
    const light = new Map(), group = new echarts.graphic.Group({ silent: true });
    chart.getZr().add(group);
    const labels = () => write(chart, box, features, rows, shade, light, group);  // light: names in white, to be inked under the pointer's amber
    labels();
    keep(chart, () => { chart.setOption({ geo: layout() }); labels(); });
    const ink = (code, colour) => light.get(code)?.forEach(element => element.setStyle('fill', colour));
    chart.on('mouseover', { geoIndex: 0 }, event => ink(event.name, token('ink-1')));
    chart.on('mouseout', { geoIndex: 0 }, event => ink(event.name, token('surface')));
    chart.on('click', { geoIndex: 0 }, event => { const url = rows.get(event.name)?.url; if (url) location.assign(url); });
    box.dataset.ready = '1';
  };
  document.querySelectorAll('.map[data-table]').forEach(box => draw(box));
})();

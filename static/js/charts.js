/* Charts are drawn from tables: the table is the truth, the picture a view of it. Theme "hb", and the curve of plan and reality.
   <div class="chart" role="img" aria-label="…" data-table="curve-table" data-now="4" data-now-label="As of 31 May"></div>
   Table: one row per line, first cell its name, then one cell per month with data-value ("" = not known);
   <tr data-kind="plan"> is dashed, <tr data-tone="near"> takes the second colour. */
window.HB = (() => {
  const css = getComputedStyle(document.documentElement);
  const token = name => css.getPropertyValue(`--${name}`).trim();
  const small = matchMedia('(max-width: 720px)').matches;
  const text = { fontFamily: token('font'), color: token('ink-2'), fontSize: 13 };
  const number = value => (value === undefined || value === '' ? null : Number(value));
  const grouped = value => value.toLocaleString('en-US');
  echarts.registerTheme('hb', {
    color: [token('accent'), token('near'), token('side-soc'), token('ink-2')], textStyle: text, animation: false,
    categoryAxis: { axisLine: { lineStyle: { color: token('ink-1') } }, axisTick: { show: false }, axisLabel: { color: token('ink-2'), fontSize: 13 } },
    valueAxis: { splitLine: { lineStyle: { color: token('line') } }, axisLabel: { color: token('ink-2'), fontSize: 13 } },
  });
  const tooltip = { renderMode: 'richText', backgroundColor: token('surface'), borderColor: token('edge'), borderWidth: 1, padding: [6, 10], textStyle: { ...text, color: token('ink-1') } };
  const open = box => echarts.init(box, 'hb', { renderer: 'svg' });
  const charts = [];
  const keep = (chart, redraw) => charts.push([chart, redraw]);
  let wait = 0;
  addEventListener('resize', () => {
    clearTimeout(wait);
    wait = setTimeout(() => charts.forEach(([chart, redraw]) => { chart.resize(); redraw?.(); }), 120);
  });
  addEventListener('beforeprint', () => document.querySelectorAll('details.twin').forEach(twin => { twin.open = true; }));
  return { token, small, text, number, grouped, tooltip, open, keep };
})();

(() => {
  const { token, small, number, grouped, tooltip, open, keep } = window.HB;
  const ceiling = top => {  // a round top with four or five steps
    const rough = Math.max(top, 1) / 4, power = 10 ** Math.floor(Math.log10(rough));
    const step = Math.max(1, [1, 2, 2.5, 5, 10].map(k => k * power).find(s => s >= rough));
    return { step, max: step * Math.ceil(Math.max(top, 1) / step) };
  };
  const read = table => ({
    heads: [...table.tHead.rows[0].cells].slice(1).map(cell => cell.textContent.trim()),
    lines: [...table.tBodies[0].rows].map(row => ({
      name: row.cells[0].textContent.trim(), plan: row.dataset.kind === 'plan', colour: token(row.dataset.tone || 'accent'),
      values: [...row.cells].slice(1).map(cell => number(cell.dataset.value)),
    })),
  });
  const end = line => line.values.reduce((last, value, index) => (value === null ? last : index), -1);

  /* Where each line's name stands: at its end, to the right where there is room, pushed apart where two ends meet. */
  const labels = (lines, months, axis, box) => {
    const height = box.clientHeight - 56, step = (box.clientWidth - 66 - (small ? 0 : 10)) / Math.max(months - 1, 1);
    const spread = words => [...words].reduce((sum, letter) => sum + (letter > '\u2e80' ? 13 : 7.5), 8);
    const ends = lines.map(line => ({ line, at: end(line) })).filter(e => e.at >= 0);
    const placed = [];
    ends.sort((a, b) => a.line.plan - b.line.plan || b.line.values[b.at] - a.line.values[a.at]);
    for (const e of ends) {
      const words = e.line.plan ? e.line.name : `${e.line.name} ${grouped(e.line.values[e.at])}`, width = spread(words);
      const x = e.at * step, y = -(e.line.values[e.at] / axis.max) * height, late = x + width + 8 > (months - 1) * step;
      let shift = late ? -14 : 0;
      const left = late ? x - width : x + 5, free = s => placed.every(p => p.left > left + width || p.left + p.width < left || Math.abs(p.y - (y + s)) >= 19);
      for (const s of [0, -10, 10, -18, 18, -26, 26, -36, 36]) if (free(shift + s)) { shift += s; break; }
      if (y + shift > -10) shift = -10 - y;
      placed.push({ left, width, y: y + shift });
      e.label = { show: true, position: late ? 'left' : 'right', offset: [late ? 8 : 5, shift], color: e.line.colour, fontWeight: 600, fontSize: small ? 12 : 13, backgroundColor: token('surface'), padding: [1, 3], formatter: words };
    }
    return new Map(ends.map(e => [e.line, { coord: [e.at, e.line.values[e.at]], symbol: 'circle', symbolSize: 1, label: e.label }]));
  };

  document.querySelectorAll('.chart[data-table]').forEach(box => {
    const table = document.getElementById(box.dataset.table);
    if (!table) return;
    const { heads, lines } = read(table), axis = ceiling(Math.max(...lines.flatMap(line => line.values.map(v => v ?? 0))));
    const now = box.dataset.now === undefined || box.dataset.now === '' ? null : Number(box.dataset.now);
    const marks = labels(lines, heads.length, axis, box);
    const series = lines.map((line, index) => ({
      name: line.name, type: 'line', data: line.values, color: line.colour, connectNulls: false, symbol: line.plan ? 'none' : 'circle', symbolSize: 6,
      lineStyle: { width: line.plan ? 1.5 : 2.5, type: line.plan ? [5, 4] : 'solid' },
      markPoint: marks.has(line) ? { silent: true, data: [marks.get(line)] } : undefined,
      markLine: index === 0 && now !== null ? { silent: true, symbol: 'none', data: [{ xAxis: now }], lineStyle: { color: token('ink-1'), width: 1, type: 'solid' }, label: { formatter: box.dataset.nowLabel || '', color: token('ink-1'), fontSize: 13, position: 'end' } } : undefined,
    }));
    const chart = open(box);
    chart.setOption({
      grid: { left: 52, right: small ? 14 : 24, top: 28, bottom: 28 }, tooltip: { ...tooltip, trigger: 'axis' },
      xAxis: { type: 'category', data: heads, boundaryGap: false, axisLabel: { interval: small ? 1 : 0 } },
      yAxis: { type: 'value', max: axis.max, interval: axis.step, axisLabel: { formatter: grouped } }, series,
    });
    keep(chart);
  });
})();

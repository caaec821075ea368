/* A signature drawn with the finger: strokes become path data ("M10 20L12 24…") in the hidden field; without script the name alone is typed. */
(() => {
  const pad = document.getElementById('pad'), canvas = document.getElementById('canvas'), field = document.getElementById('drawing');
  if (!pad || !canvas || !field) return;
  const pen = canvas.getContext('2d'), MOST = 19000, STEP = 3;
  let strokes = [], now = null;
  pad.hidden = false;
  pen.lineWidth = 4; pen.lineCap = pen.lineJoin = 'round';
  pen.strokeStyle = getComputedStyle(canvas).color;
  const place = event => {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [within((event.clientX - box.left) * canvas.width / box.width, canvas.width), within((event.clientY - box.top) * canvas.height / box.height, canvas.height)];
  };
  const write = () => {
    field.value = strokes.filter(stroke => stroke.length > 1).map(stroke => stroke.map(([x, y], n) => `${n ? 'L' : 'M'}${x} ${y}`).join('')).join('');
  };
  canvas.addEventListener('pointerdown', event => {
    event.preventDefault(); canvas.setPointerCapture(event.pointerId);
    now = [place(event)]; strokes.push(now);
  });
  canvas.addEventListener('pointermove', event => {
    if (!now || field.value.length > MOST) return;
    const [x, y] = place(event), [left, top] = now[now.length - 1];
    if (Math.hypot(x - left, y - top) < STEP) return;
    pen.beginPath(); pen.moveTo(left, top); pen.lineTo(x, y); pen.stroke();
    now.push([x, y]); write();
  });
  const end = () => { now = null; write(); };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  document.getElementById('clear').addEventListener('click', () => { strokes = []; pen.clearRect(0, 0, canvas.width, canvas.height); write(); });
})();

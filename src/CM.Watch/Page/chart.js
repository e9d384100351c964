// Curves over steps: one line a run, the cursor tells every run's value.

import { shape, short, steps, tip, whole } from './format.js';

const room = { left: 58, right: 14, top: 10, bottom: 24 };
const mostPoints = 800;

// series: [{ name, color, points: [[step, value], …] }]
export function drawLines(host, series, { height = 260, log = false, smooth = 0, format = short } = {}) {
  const width = Math.max(220, host.clientWidth);
  const shown = series.map(one => ({ ...one, points: thin(one.points.filter(point => !log || point[1] > 0)) })).filter(one => one.points.length);
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img' });
  host.replaceChildren(svg);
  if (!shown.length) {
    svg.append(shape('text', { x: width / 2, y: height / 2, 'text-anchor': 'middle' }, 'nothing yet'));
    return;
  }

  const lines = shown.map(one => ({ ...one, smooth: smooth > 0 ? smoothed(one.points, smooth, log) : null }));
  const values = lines.flatMap(one => (one.smooth ?? one.points).map(point => point[1]));
  const [low, high] = spread(range(values), log);
  const [first, last] = range(lines.flatMap(one => [one.points[0][0], one.points.at(-1)[0]]));
  const x = step => room.left + (step - first) / Math.max(1, last - first) * (width - room.left - room.right);
  const place = value => log ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low)) : (value - low) / (high - low);
  const y = value => height - room.bottom - Math.max(-0.04, Math.min(1.06, place(value))) * (height - room.top - room.bottom);

  for (const tick of log ? logTicks(low, high) : ticks(low, high, height / 36)) {
    svg.append(shape('line', { class: 'grid', x1: room.left, x2: width - room.right, y1: y(tick), y2: y(tick) }));
    svg.append(shape('text', { x: room.left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, format(tick)));
  }
  drawSteps(svg, x, first, last, width, height);
  const path = points => points.map(([step, value], i) => `${i ? 'L' : 'M'}${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  for (const one of lines) {
    if (one.smooth) svg.append(shape('path', { class: 'line faint', stroke: one.color, d: path(one.points) }));
    svg.append(shape('path', { class: 'line', stroke: one.color, d: path(one.smooth ?? one.points), 'data-run': one.name }));
    if (one.points.length === 1) svg.append(shape('circle', { cx: x(one.points[0][0]), cy: y(one.points[0][1]), r: 3, fill: one.color }));
  }

  const cursor = shape('line', { class: 'cursor', y1: room.top, y2: height - room.bottom, visibility: 'hidden' });
  svg.append(cursor);
  svg.onpointermove = event => {
    const step = first + (event.offsetX * width / svg.clientWidth - room.left) / (width - room.left - room.right) * (last - first);
    const rows = lines.map(one => [one.name, nearest(one.points, step), one.color]);
    const at = rows.reduce((best, row) => Math.abs(row[1][0] - step) < Math.abs(best - step) ? row[1][0] : best, rows[0][1][0]);
    cursor.setAttribute('x1', x(at));
    cursor.setAttribute('x2', x(at));
    cursor.setAttribute('visibility', 'visible');
    tip(event, `step ${whole(at)}`, rows.map(([name, point, color]) => [name, format(point[1]), color]));
  };
  svg.onpointerleave = () => {
    cursor.setAttribute('visibility', 'hidden');
    tip(null);
  };
}

export function drawSteps(svg, x, first, last, width, height) {
  for (const tick of ticks(first, last, Math.max(3, width / 80)))
    if (tick >= first && tick <= last) svg.append(shape('text', { x: x(tick), y: height - 6, 'text-anchor': 'middle' }, steps(tick)));
}

export function range(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

export function ticks(low, high, wanted) {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(each => each * power).find(each => each >= rough);
  const made = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); i++) made.push(i * step);
  return made;
}

export function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const made = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++)
    for (const digit of decades > 3 ? [1] : decades > 1 ? [1, 3] : [1, 2, 3, 5, 7]) made.push(digit * 10 ** power);
  const inside = made.filter(value => value >= low * 0.999 && value <= high * 1.001);
  return inside.length >= 2 ? inside : ticks(low, high, 4);
}

function spread([low, high], log) {
  if (log) return low === high ? [low / 2, high * 2] : [low, high];
  if (low === high) return low === 0 ? [0, 1] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
  const more = (high - low) * 0.05;
  return [low >= 0 ? Math.max(0, low - more) : low - more, high + more];
}

// An exponential mean that begins without a jump, of the logarithms where the axis is logarithmic.
function smoothed(points, weight, log) {
  let [sum, total] = [0, 0];
  return points.map(([step, value]) => {
    sum = weight * sum + (1 - weight) * (log ? Math.log(value) : value);
    total = weight * total + 1 - weight;
    return [step, log ? Math.exp(sum / total) : sum / total];
  });
}

function thin(points) {
  const stride = Math.ceil(points.length / mostPoints);
  return stride <= 1 ? points : points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

function nearest(points, step) {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < step) low = middle + 1;
    else high = middle;
  }
  return low > 0 && step - points[low - 1][0] < points[low][0] - step ? points[low - 1] : points[low];
}

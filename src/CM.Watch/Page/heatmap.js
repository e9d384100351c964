// The loss by time: steps to the right, times upwards on a logarithmic axis, the loss as colour on a logarithmic scale.

import { shape, short, tip, whole } from './format.js';
import { drawSteps, range } from './chart.js';

const room = { left: 58, right: 74, top: 8, bottom: 24 };
const height = 280;
const mostColumns = 600;
const colours = [[68, 1, 84], [65, 68, 135], [42, 120, 142], [34, 168, 132], [122, 209, 81], [253, 231, 37]];

// records: [{ step, losses: [… | null], samples }], times: [from, to]
export function drawHeat(host, records, times) {
  const width = Math.max(260, host.clientWidth);
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img' });
  const canvas = document.createElement('canvas');
  host.replaceChildren(canvas, svg);
  const columns = gather(records);
  const [low, high] = range(columns.flatMap(column => column.losses.filter(loss => loss > 0)));
  if (!columns.length || !(high > 0)) {
    canvas.remove();
    svg.append(shape('text', { x: width / 2, y: height / 2, 'text-anchor': 'middle' }, 'nothing yet'));
    return;
  }

  const inner = { width: width - room.left - room.right, height: height - room.top - room.bottom };
  const rows = columns[0].losses.length;
  const first = columns[0].from;
  const last = columns.at(-1).step;
  const x = step => room.left + (step - first) / Math.max(1, last - first) * inner.width;
  const share = loss => high > low ? Math.log(loss / low) / Math.log(high / low) : 0.5;
  paint(canvas, columns, rows, inner, step => x(step) - room.left, share);

  const [from, to] = times;
  const y = time => room.top + inner.height * (1 - Math.log(time / from) / Math.log(to / from));
  for (const time of [from, ...decades(from, to), to]) svg.append(shape('text', { x: room.left - 8, y: Math.max(room.top + 8, y(time) + 4), 'text-anchor': 'end' }, short(time)));
  svg.append(shape('text', { x: 10, y: room.top + inner.height / 2, transform: `rotate(-90 10 ${room.top + inner.height / 2})`, 'text-anchor': 'middle' }, 'time t'));
  drawSteps(svg, x, first, last, width, height);
  drawLegend(svg, width, inner, low, high);

  const sensor = shape('rect', { x: room.left, y: room.top, width: inner.width, height: inner.height, fill: 'transparent' });
  svg.append(sensor);
  sensor.onpointermove = event => {
    const box = sensor.getBoundingClientRect();
    const step = first + (event.clientX - box.left) / box.width * (last - first);
    const column = columns.find(one => one.step >= step) ?? columns.at(-1);
    const row = Math.min(rows - 1, Math.max(0, Math.floor((1 - (event.clientY - box.top) / box.height) * rows)));
    const edge = i => from * (to / from) ** (i / rows);
    tip(event, `step ${whole(column.step)}`, [['time', `${short(edge(row))} to ${short(edge(row + 1))}`], ['loss', short(column.losses[row])], ['samples', whole(column.samples[row] ?? 0)]]);
  };
  sensor.onpointerleave = () => tip(null);
}

function paint(canvas, columns, rows, inner, x, share) {
  const scale = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: inner.width * scale, height: inner.height * scale });
  Object.assign(canvas.style, { left: `${room.left}px`, top: `${room.top}px`, width: `${inner.width}px`, height: `${inner.height}px` });
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  const tall = inner.height / rows;
  for (const column of columns) {
    const [left, right] = [x(column.from), x(column.step)];
    column.losses.forEach((loss, row) => {
      if (!(loss > 0)) return;
      context.fillStyle = colour(share(loss));
      context.fillRect(left, inner.height - (row + 1) * tall, right - left + 0.6, tall + 0.6);
    });
  }
}

function drawLegend(svg, width, inner, low, high) {
  const [left, count] = [width - room.right + 14, 40];
  for (let i = 0; i < count; i++)
    svg.append(shape('rect', { x: left, y: room.top + inner.height * (1 - (i + 1) / count), width: 12, height: inner.height / count + 0.5, fill: colour((i + 0.5) / count) }));
  for (const [place, value] of [[0, low], [0.5, Math.sqrt(low * high)], [1, high]])
    svg.append(shape('text', { x: left + 17, y: Math.max(room.top + 9, room.top + inner.height * (1 - place)) }, short(value)));
}

// Each column begins where the one before it ends; neighbours are put together where there are too many.
function gather(records) {
  const stride = Math.ceil(records.length / mostColumns);
  const made = [];
  for (let i = 0; i < records.length; i += stride) {
    const part = records.slice(i, i + stride);
    const step = part.at(-1).step;
    const samples = part[0].losses.map((_, row) => part.reduce((sum, one) => sum + (one.samples[row] ?? 0), 0));
    const losses = samples.map((count, row) => count > 0 ? part.reduce((sum, one) => sum + (one.losses[row] ?? 0) * (one.samples[row] ?? 0), 0) / count : null);
    made.push({ from: made.at(-1)?.step ?? Math.max(0, 2 * step - (records[i + stride]?.step ?? 2 * step)), step, losses, samples });
  }
  return made;
}

function decades(from, to) {
  const made = [];
  for (let power = Math.ceil(Math.log10(from)); 10 ** power <= to; power++) if (10 ** power > from * 2.5 && 10 ** power < to / 2.5) made.push(10 ** power);
  return made;
}

function colour(share) {
  const place = Math.min(1, Math.max(0, share)) * (colours.length - 1);
  const i = Math.min(colours.length - 2, Math.floor(place));
  return `rgb(${colours[i].map((channel, c) => Math.round(channel + (place - i) * (colours[i + 1][c] - channel))).join(' ')})`;
}

// The page: the list of runs, the curves of those that are ticked, and everything about the one in focus.

import { clock, element, short, steps as stepsText, whole } from './format.js';
import { drawLines } from './chart.js';
import { drawHeat } from './heatmap.js';
import { drawCode } from './code.js';
import { drawComparison, drawDeclaration } from './compare.js';
import { formOf, titleOf } from './metrics.js';
import { RunLog } from './runlog.js';
import { SampleStrip } from './samples.js';

const pause = 2000;
const palette = ['#2f6fde', '#e07b28', '#2fa36b', '#c2409a', '#8a63d2', '#1aa0b8', '#b8912a', '#d64545'];
const $ = id => document.getElementById(id);

const runs = new Map(); // id → { summary, log, color, ticked, described }
const strip = new SampleStrip();
let focus = location.hash.slice(1) || null;
let shownCode = null;

async function refresh() {
  try {
    await look();
    $('pulse').classList.remove('lost');
  } catch {
    $('pulse').classList.add('lost'); // the program was ended; what is here stays
  }
  setTimeout(refresh, pause);
}

async function look() {
  const answer = await fetch('api/runs');
  if (!answer.ok) throw new Error(answer.statusText);
  const summaries = await answer.json();
  for (const summary of summaries) {
    const known = runs.get(summary.id);
    if (known) known.summary = summary;
    else runs.set(summary.id, { summary, log: new RunLog(summary.id), color: palette[runs.size % palette.length], ticked: runs.size === 0 || summary.id === focus });
  }
  for (const id of runs.keys()) if (!summaries.some(summary => summary.id === id)) runs.delete(id);
  if (!runs.has(focus)) focus = summaries[0]?.id ?? null;
  $('nothing').hidden = runs.size > 0;
  $('page').hidden = runs.size === 0;
  if (focus) runs.get(focus).ticked = true;
  drawList();
  await update();
}

// Reads what is new of the runs that are shown, and draws again where something was.
async function update(always = false) {
  const shown = [...runs.values()].filter(run => run.ticked);
  const changed = await Promise.all(shown.map(async run => {
    run.described ??= await (await fetch(`api/runs/${run.summary.id}`)).json();
    return run.log.update();
  }));
  if (focus && (always || changed.some(Boolean))) draw();
}

function drawList() {
  const keep = document.activeElement?.id;
  $('runs').replaceChildren(...[...runs.values()].map(run => {
    const { id, name, experiment, step, steps, state } = run.summary;
    const tick = element('input', { type: 'checkbox', checked: run.ticked, id: `tick-${id}`, ariaLabel: `Show ${name}` });
    tick.style.accentColor = run.color;
    tick.onclick = event => event.stopPropagation();
    tick.onchange = () => {
      run.ticked = tick.checked || id === focus;
      tick.checked = run.ticked;
      update(true);
    };
    const bar = element('i');
    bar.style.width = `${steps ? 100 * Math.min(1, step / steps) : 0}%`;
    bar.style.background = run.color;
    return element('li', { className: id === focus ? 'focus' : '', title: name, onclick: () => turnTo(id) }, tick,
      element('button', { type: 'button', className: 'name', textContent: name }),
      element('div', { className: 'about' }, element('span', { textContent: experiment ?? '' }), element('span', { textContent: state === 'done' ? `${stepsText(steps)} steps` : `${state}, ${stepsText(step)} of ${stepsText(steps)}` })),
      element('div', { className: 'bar' }, bar));
  }));
  if (keep) document.getElementById(keep)?.focus();
}

function turnTo(id) {
  focus = id;
  history.replaceState(null, '', `#${id}`);
  runs.get(id).ticked = true;
  drawList();
  update(true);
}

function draw() {
  const shown = [...runs.values()].filter(run => run.ticked && run.described);
  const run = runs.get(focus);
  drawSummary(run);
  const series = name => shown.map(one => ({ name: one.summary.name, color: one.color, points: one.log.metric(name) }));
  drawLines($('loss').querySelector('.chart'), series('loss'), { log: $('log').checked, smooth: Number($('smooth').value) });
  const names = [...new Set(shown.flatMap(one => [...one.log.metrics.keys()]))].filter(name => name !== 'loss');
  const cards = new Map([...$('metrics').children].map(card => [card.dataset.metric, card]));
  $('metrics').replaceChildren(...names.map(name => cards.get(name) ?? newCard(name)));
  for (const card of $('metrics').children) drawLines(card.querySelector('.chart'), series(card.dataset.metric), { height: 170, format: formOf(card.dataset.metric) });
  drawHeat($('heat').querySelector('.chart'), run.log.heat, run.described.times ?? [0.002, 80]);
  strip.set(focus, run.log.pictures);
  drawComparison($('comparison'), shown);
  drawDeclaration($('declaration').querySelector('dl'), run.described);
  drawFiles(run);
}

function newCard(name) {
  const card = element('section', { className: 'card' }, element('h2', { textContent: titleOf(name) }), element('div', { className: 'chart' }));
  card.dataset.metric = name;
  return card;
}

function drawSummary({ summary, log }) {
  const speed = log.last('images_per_second');
  const left = log.step > 0 && summary.state === 'running' ? clock(log.seconds / log.step * (summary.steps - log.step)) : null;
  const facts = [['step', `${whole(log.step)} of ${whole(summary.steps)}`], ['loss', short(log.last('loss'))], ['images a second', short(speed)], ['time', clock(log.seconds)], ['left', left]];
  $('summary').replaceChildren(element('h2', { textContent: summary.name }),
    ...facts.filter(([, value]) => value).map(([name, value]) => element('div', {}, element('small', { textContent: name }), element('strong', { textContent: value }))));
  document.title = `${summary.name} – DslCM`;
}

function drawFiles(run) {
  const sources = run.described.sources ?? [];
  $('code').hidden = sources.length === 0;
  if (shownCode === focus) return;
  shownCode = focus;
  const group = (label, generated) => element('optgroup', { label }, ...sources.map((source, i) => [source, i]).filter(([source]) => source.generated === generated).map(([source, i]) => element('option', { value: i, textContent: source.name })));
  $('file').replaceChildren(group('declared', false), group('generated', true));
  if (sources.length) showFile(0);
}

async function showFile(index) {
  $('file').value = index;
  const answer = await fetch(`api/runs/${focus}/sources/${index}`);
  if (answer.ok) drawCode($('code').querySelector('pre'), await answer.text());
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // a browser that keeps nothing
  }
}

$('file').onchange = () => showFile(Number($('file').value));
$('log').onchange = $('smooth').oninput = () => focus && draw();
$('theme').onclick = () => {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  setTheme(dark ? 'light' : 'dark');
};
try {
  const theme = localStorage.getItem('theme');
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // as above
}
let width = innerWidth;
addEventListener('resize', () => {
  if (width !== innerWidth && focus && runs.get(focus)?.described) draw();
  width = innerWidth;
});
refresh();

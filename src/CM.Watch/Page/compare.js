// Runs side by side: where they stand, and in what their declarations differ.

import { clock, element, short, whole } from './format.js';
import { formOf, titleOf } from './metrics.js';

const rows = [
  ['steps', run => `${whole(run.log.step)} of ${whole(run.summary.steps)}`],
  ['loss', run => short(run.log.last('loss'))],
  ['time', run => clock(run.log.seconds)],
  ['images a second', run => short(run.log.last('images_per_second'))],
  ['parameters', run => Number.isFinite(run.described.parameters) ? whole(run.described.parameters) : '–'],
  ['batch', run => String(run.described.batch ?? '–')],
  ['seed', run => String(run.described.seed ?? '–')],
];
const known = new Set(['loss', 'images_per_second', 'gradient_norm', 'memory', 'waiting']);

export function drawComparison(card, shown) {
  card.hidden = shown.length < 2;
  if (card.hidden) return;
  const others = [...new Set(shown.flatMap(run => [...run.log.metrics.keys()]))].filter(name => !known.has(name));
  const body = [
    ...rows,
    ...others.map(name => [titleOf(name), run => formOf(name)(run.log.last(name))]),
    ...axes(shown).map(axis => [axis, run => valueOf(run, axis)]),
  ].map(([name, value]) => {
    const cells = shown.map(value);
    return element('tr', { className: new Set(cells).size > 1 ? 'differs' : '' }, element('th', { textContent: name }), ...cells.map(text => element('td', { textContent: text })));
  });
  const head = element('tr', {}, element('th'), ...shown.map(run => {
    const swatch = element('span', { className: 'swatch' });
    swatch.style.background = run.color;
    return element('th', {}, swatch, run.summary.name);
  }));
  card.querySelector('.scroll').replaceChildren(element('table', {}, element('thead', {}, head), element('tbody', {}, ...body)));
}

export function drawDeclaration(list, described) {
  const facts = [['Experiment', described.experiment], ...(described.declaration ?? []).map(axis => [axis.axis, axis.value]), ['Command', described.command]];
  list.replaceChildren(...facts.filter(([, value]) => value).flatMap(([name, value]) => [element('dt', { textContent: name }), element('dd', { textContent: value })]));
}

const axes = shown => [...new Set(shown.flatMap(run => (run.described.declaration ?? []).map(axis => axis.axis)))];

const valueOf = (run, axis) => (run.described.declaration ?? []).filter(each => each.axis === axis).map(each => each.value).join(', ') || '–';

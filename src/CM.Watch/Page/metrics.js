// What runs log, in words: a name and the form of its numbers. Other names are shown as they are.

import { short } from './format.js';

const titles = { loss: 'Loss', gradient_norm: 'Gradient norm', images_per_second: 'Images a second', memory: 'Memory', waiting: 'Time spent waiting for data', sliced_wasserstein: 'Sliced Wasserstein distance' };
const forms = { memory: value => `${short(value / 1e9)} GB`, waiting: value => `${short(100 * value)} %` };

export const titleOf = name => titles[name] ?? name;

export const formOf = name => forms[name] ?? short;

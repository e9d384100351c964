// The samples over the training: always from the same noise, one picture after the other.

import { element, whole } from './format.js';

const pause = 450;

export class SampleStrip {
  constructor() {
    this.image = document.getElementById('sample');
    this.slider = document.getElementById('slider');
    this.strip = document.getElementById('strip');
    this.label = document.getElementById('sample-step');
    this.button = document.getElementById('play');
    this.steps = [];
    this.slider.oninput = () => this.show(Number(this.slider.value));
    this.button.onclick = () => this.timer ? this.stop() : this.play();
  }

  // Shows the pictures of a run; the newest, unless an older one is being looked at.
  set(id, steps) {
    const same = id === this.id;
    if (same && steps.length === this.steps.length && steps.at(-1) === this.steps.at(-1)) return;
    const atEnd = !same || this.index === this.steps.length - 1;
    if (!same) this.stop();
    [this.id, this.steps] = [id, [...steps]];
    document.getElementById('samples').hidden = steps.length === 0;
    this.slider.max = Math.max(0, steps.length - 1);
    this.strip.replaceChildren(...steps.map((step, i) => element('button', { type: 'button', onclick: () => this.show(i) },
      element('img', { src: this.address(step), alt: `samples after step ${step}`, loading: 'lazy' }), whole(step))));
    if (steps.length) this.show(atEnd ? steps.length - 1 : Math.min(this.index, steps.length - 1));
  }

  show(index) {
    this.index = index;
    this.slider.value = index;
    this.image.src = this.address(this.steps[index]);
    this.image.alt = this.label.textContent = `step ${whole(this.steps[index])}`;
    [...this.strip.children].forEach((each, i) => each.classList.toggle('now', i === index));
    const now = this.strip.children[index];
    this.strip.scrollTo({ left: now.offsetLeft - this.strip.offsetLeft - 60, top: now.offsetTop - this.strip.offsetTop - 120 });
  }

  play() {
    this.button.textContent = '❚❚';
    if (this.index === this.steps.length - 1) this.show(0);
    this.timer = setInterval(() => this.index < this.steps.length - 1 ? this.show(this.index + 1) : this.stop(), pause);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.button.textContent = '▶';
  }

  address(step) {
    return `api/runs/${this.id}/pictures/${step}`;
  }
}

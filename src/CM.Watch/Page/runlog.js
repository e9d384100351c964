// The log of a run, read bit by bit: numbers by name, losses by time, pictures.

const notMetrics = new Set(['step', 'seconds']);

export class RunLog {
  constructor(id) {
    this.id = id;
    this.forget();
  }

  // Asks for what is new. Returns whether there was something.
  async update() {
    let changed = false;
    for (;;) {
      const answer = await fetch(`api/runs/${this.id}/log?from=${this.next}`);
      if (!answer.ok) return changed;
      const { lines, next, anew } = await answer.json();
      if (anew) this.forget();
      for (const line of lines.split('\n')) if (line) this.add(line);
      changed ||= anew || lines.length > 0;
      this.next = next;
      if (!lines.length) return changed;
    }
  }

  metric(name) {
    return this.metrics.get(name) ?? [];
  }

  last(name) {
    return this.metric(name).at(-1)?.[1];
  }

  forget() {
    this.next = 0;
    this.metrics = new Map();
    this.heat = [];
    this.pictures = [];
    this.step = 0;
    this.seconds = 0;
  }

  add(text) {
    let line;
    try {
      line = JSON.parse(text);
    } catch {
      return; // cut off when a run was killed
    }
    const step = line.step;
    if (!Number.isFinite(step)) return;
    this.step = step;
    if (Number.isFinite(line.seconds)) this.seconds = line.seconds;
    if (typeof line.name === 'string' && Number.isFinite(line.value)) this.push(line.name, step, line.value);
    else for (const [name, value] of Object.entries(line)) if (Number.isFinite(value) && !notMetrics.has(name)) this.push(name, step, value);
    if (Array.isArray(line.loss_by_time)) this.heat.push({ step, losses: line.loss_by_time, samples: line.samples_by_time ?? [] });
    if (line.picture && this.pictures.at(-1) !== step) this.pictures.push(step);
  }

  push(name, step, value) {
    if (!this.metrics.has(name)) this.metrics.set(name, []);
    this.metrics.get(name).push([step, value]);
  }
}

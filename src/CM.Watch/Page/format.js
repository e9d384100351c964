// Numbers and times as people read them; elements from text, never from markup.

export function short(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e9) return trim(value / 1e9) + 'G';
  if (size >= 1e6) return trim(value / 1e6) + 'M';
  if (size >= 1e4) return trim(value / 1e3) + 'k';
  if (size >= 1e-3) return trim(value);
  return value.toExponential(1);
}

// A number of steps on an axis.
export const steps = value => value < 1e4 ? whole(value) : short(value);

export const whole = value => (Math.round(value) || 0).toLocaleString('en-US');

export function clock(seconds) {
  if (!Number.isFinite(seconds)) return '–';
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return h > 0 ? `${h} h ${m} min` : m > 0 ? `${m} min ${s} s` : `${s} s`;
}

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A small box beside the pointer: a title and rows of [name, value, colour].
export function tip(event, title, rows) {
  const box = document.getElementById('tip');
  if (!event) {
    box.hidden = true;
    return;
  }
  box.replaceChildren(element('b', { textContent: title }), ...rows.map(([name, value, color]) => {
    const swatch = element('span');
    if (color) {
      swatch.className = 'swatch';
      swatch.style.background = color;
    }
    return element('div', {}, element('span', {}, swatch, name), element('b', { textContent: value }));
  }));
  box.hidden = false;
  const [width, height] = [box.offsetWidth, box.offsetHeight];
  box.style.left = `${Math.min(event.clientX + 14, innerWidth - width - 8)}px`;
  box.style.top = `${Math.min(event.clientY + 14, innerHeight - height - 8)}px`;
}

function trim(value) {
  return String(Number(value.toPrecision(3)));
}

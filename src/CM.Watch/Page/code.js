// C# in simple colours. Every piece becomes a text node, so nothing in a file is ever taken for markup.

import { element } from './format.js';

const keywords = new Set(('abstract as base bool break byte case catch char class const continue decimal default do double else enum event explicit extern false finally fixed float for foreach get goto if implicit in init int interface internal is lock long namespace new null object operator out override params partial private protected public readonly record ref return sbyte sealed set short sizeof static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using var virtual void volatile when where while with yield').split(' '));
const tokens = /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>\$?@?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)')|(?<number>\b\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?\w*\b)|(?<attribute>(?<=^\s*)\[(?:return: )?[A-Z][^\n]*\]\s*$)|(?<word>[A-Za-z_]\w*)/gm;

export function drawCode(host, text) {
  const pieces = document.createDocumentFragment();
  let line = 1;
  newLine();
  let place = 0;
  for (const match of text.matchAll(tokens)) {
    add(text.slice(place, match.index), null);
    add(match[0], kindOf(match));
    place = match.index + match[0].length;
  }
  add(text.slice(place).trimEnd(), null);
  host.replaceChildren(pieces);

  function add(part, kind) {
    part.split('\n').forEach((piece, i) => {
      if (i > 0) {
        pieces.append('\n');
        newLine();
      }
      if (piece) pieces.append(kind ? element('span', { className: kind, textContent: piece }) : piece);
    });
  }

  function newLine() {
    pieces.append(element('span', { className: 'number-of-line', textContent: line++ }));
  }
}

function kindOf({ groups }) {
  if (!groups.word) return Object.keys(groups).find(kind => groups[kind]);
  return keywords.has(groups.word) ? 'keyword' : /^[A-Z]/.test(groups.word) ? 'type' : null;
}

// Text with ANSI colours, drawn as a terminal window in SVG.

const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 18;
const MARGIN = 18;
const COLOURS = {
  30: '#484f58',
  31: '#ff7b72',
  32: '#3fb950',
  33: '#d29922',
  34: '#58a6ff',
  35: '#bc8cff',
  36: '#39c5cf',
  37: '#b1bac4',
  90: '#6e7681',
};

/** An SVG document that shows the text. Escape sequences other than colours are dropped. */
export function drawTerminal(text) {
  const lines = text.trimEnd().split('\n');
  const width = Math.max(...lines.map((line) => plain(line).length)) * CHARACTER_WIDTH + 2 * MARGIN;
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.map((line, index) => {
    const y = MARGIN + (index + 0.75) * LINE_HEIGHT;
    return `<text x="${MARGIN}" y="${y}">${spans(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${height}"`,
    ' font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#c9d1d9">',
    '<style>text { white-space: pre; }</style>',
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...rows,
    '</svg>\n',
  ].join('\n');
}

const ESCAPE = String.fromCharCode(27);
const SEQUENCE = new RegExp(`${ESCAPE}\\[([0-9;?]*)([A-Za-z])`, 'g');

const plain = (line) => line.replace(SEQUENCE, '');

/** One tspan for each stretch of one style. */
function spans(line) {
  let style = '';
  let at = 0;
  let drawn = '';
  const draw = (text) => {
    if (text !== '') drawn += style === '' ? escape(text) : `<tspan${style}>${escape(text)}</tspan>`;
  };
  for (const match of line.matchAll(SEQUENCE)) {
    draw(line.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = styled(style, match[1]);
  }
  draw(line.slice(at));
  return drawn;
}

/** The attributes of a tspan after one more select-graphic-rendition sequence (ECMA-48, 8.3.117). */
function styled(before, codes) {
  let style = before;
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) style = '';
    else if (code === 1) style += ' font-weight="bold"';
    else if (code === 2) style += ' opacity="0.6"';
    else if (code === 22) style = style.replace(/ (font-weight|opacity)="[^"]*"/g, '');
    else if (code === 39) style = style.replace(/ fill="[^"]*"/, '');
    else if (COLOURS[code]) style = `${style.replace(/ fill="[^"]*"/, '')} fill="${COLOURS[code]}"`;
  }
  return style;
}

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

import type { Piece, RecordedLine, Recording } from './recording.ts';

const [CHARACTER, LINE, MARGIN, SIZE] = [7.8, 18, 16, 13];
/** Seconds that the end stays before it begins anew. */
const STAY = 6;
/** The sixteen colours of a terminal, for a dark ground. */
const COLOURS = [
  ...['#484f58', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#ffffff'],
];
const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

/**
 * An SVG that shows a recording again and again: each line comes at its time, and the screen moves up when it is full. It has
 * its own ground, and refers to nothing. Where people want no motion it stands at the end.
 */
export function svgOf({ columns, rows, lines }: Recording): string {
  const [width, height] = [columns * CHARACTER + 2 * MARGIN, rows * LINE + 2 * MARGIN];
  const length = (lines.at(-1)?.time ?? 0) + STAY;
  const percent = (time: number) => Number(((time / length) * 100).toFixed(2));
  const hidden = lines.map(
    ({ time }, row) =>
      `@keyframes l${row}{0%,${percent(time)}%{opacity:0}${(percent(time) + 0.01).toFixed(2)}%,to{opacity:1}}.l${row}{animation:l${row} ${length.toFixed(1)}s infinite}`,
  );
  const last = Math.max(0, lines.length - rows);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="A session with agentbox">
<style>
text{font:${SIZE}px ${FONT};fill:#e6edf3;white-space:pre}.b{font-weight:700}.d{opacity:.65}
${COLOURS.map((colour, index) => `.c${index}{fill:${colour}}`).join('')}
.all{transform:translateY(-${last * LINE}px)}
@media (prefers-reduced-motion:no-preference){
${hidden.join('\n')}
@keyframes all{${scrolling(lines, rows, percent)}}.all{animation:all ${length.toFixed(1)}s infinite step-end}
}
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<clipPath id="screen"><rect width="${width - 2 * MARGIN}" height="${rows * LINE}"/></clipPath>
<g transform="translate(${MARGIN} ${MARGIN})" clip-path="url(#screen)"><g class="all">
${lines.map(lineOf).join('\n')}
</g></g>
</svg>
`;
}

/** Where the screen stands at which time: when a line comes below the last row, it has moved up before. */
function scrolling(lines: readonly RecordedLine[], rows: number, percent: (time: number) => number): string {
  const steps = new Map<number, number>([[0, 0]]);
  let lowest = 0;
  const inTime = lines.map(({ time }, row) => ({ time, row })).sort((a, b) => a.time - b.time);
  for (const { time, row } of inTime) {
    lowest = Math.max(lowest, row);
    steps.set(percent(time), Math.max(0, lowest - rows + 1));
  }
  const moves = [...steps].map(([at, lines]) => `${at}%{transform:translateY(${-lines * LINE}px)}`);
  return [...moves, `to{transform:translateY(${-Math.max(0, lowest - rows + 1) * LINE}px)}`].join('');
}

function lineOf({ pieces }: RecordedLine, row: number): string {
  const spans = pieces.map((piece) => `<tspan${place(piece)}>${escaped(piece.text)}</tspan>`);
  return pieces.length === 0 ? '' : `<text class="l${row}" y="${row * LINE + SIZE}">${spans.join('')}</text>`;
}

function place({ column, text, colour, bold, dim }: Piece): string {
  const names = [colour === undefined || colour > 15 ? '' : `c${colour}`, bold ? 'b' : '', dim ? 'd' : ''];
  const classes = names.filter(Boolean).join(' ');
  // Fonts differ in width; the cells of a terminal do not.
  const width = (text.length * CHARACTER).toFixed(1);
  return ` x="${(column * CHARACTER).toFixed(1)}" textLength="${width}"${classes === '' ? '' : ` class="${classes}"`}`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

import type { Io } from './io.ts';

/** Rows as columns with a heading, two spaces apart; the last column is not padded. Widths are in characters. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A column is not made narrower than this. */
const NARROW = 12;

/**
 * The same for standard output: on a terminal it is as wide as that, what has no room in its column goes on in the next line; anywhere
 * else, for programs that read lines, each row stays one line.
 */
export function fittedTable(io: Io, heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return io.outIsTerminal ? wrappedTable(io.columns || 80, heading, rows) : table(heading, rows);
}

/** A table of at most so many columns, where its narrowest form has room. Pure. */
export function wrappedTable(
  columns: number,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const total = () => widths.reduce((sum, one) => sum + one, 2 * (widths.length - 1));
  while (total() > columns) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROW) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  const lines = rows.flatMap((row) => {
    const cells = heading.map((_, column) => wrapped(row[column] ?? '', widths[column] ?? NARROW));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ''));
  });
  return table(heading, lines);
}

/** A text in lines of at most so many characters, cut at spaces where there are any. */
function wrapped(text: string, most: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) <= most) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    let rest = [...word];
    for (; rest.length > most; rest = rest.slice(most)) lines.push(rest.slice(0, most).join(''));
    line = rest.join('');
  }
  return [...lines, line];
}

const width = (text: string) => [...text].length;

import type { IBufferCell, Terminal } from '@xterm/headless';

/** A run of cells that look the same. */
export interface Piece {
  readonly column: number;
  readonly text: string;
  /** Undefined: the usual one. */
  readonly colour: number | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

/** A line as it was at last, and when it became so. */
export interface RecordedLine {
  readonly pieces: readonly Piece[];
  /** Seconds from the start, with long waits cut short. */
  readonly time: number;
}

export interface Recording {
  readonly columns: number;
  readonly rows: number;
  readonly lines: readonly RecordedLine[];
}

/** Seconds that nothing may happen in the recording. */
const LONGEST_WAIT = 1.2;

/** Watches a terminal until it is stopped. */
export function recorder(terminal: Terminal): { stop(): Recording } {
  const changed: { text: string; time: number }[] = [];
  const started = performance.now();
  const look = () => {
    const { active } = terminal.buffer;
    for (let row = 0; row < active.length; row += 1) {
      const text = active.getLine(row)?.translateToString(true) ?? '';
      if (changed[row]?.text !== text) changed[row] = { text, time: (performance.now() - started) / 1000 };
    }
  };
  const watching = terminal.onWriteParsed(look);
  return {
    stop() {
      look();
      watching.dispose();
      const times = withoutWaits(changed.map(({ time }) => time));
      const lines = changed.map((_, row) => ({ pieces: piecesOf(terminal, row), time: times[row] ?? 0 }));
      // The last command ended the shell, which is nothing to see.
      while (lines.at(-1)?.pieces.every(({ text }) => ['', '$', '$ exit', 'exit'].includes(text.trim()))) lines.pop();
      return { columns: terminal.cols, rows: terminal.rows, lines };
    },
  };
}

/** The times in their order, none of them later than LONGEST_WAIT after the one before. */
function withoutWaits(times: readonly number[]): readonly number[] {
  const order = [...new Set(times)].sort((a, b) => a - b);
  const shortened = new Map<number, number>();
  let [before, at] = [0, 0];
  for (const time of order) {
    at += Math.min(time - before, LONGEST_WAIT);
    before = time;
    shortened.set(time, at);
  }
  return times.map((time) => shortened.get(time) ?? 0);
}

function piecesOf(terminal: Terminal, row: number): readonly Piece[] {
  const line = terminal.buffer.active.getLine(row);
  const pieces: Piece[] = [];
  for (let column = 0; line !== undefined && column < line.length; column += 1) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const look = lookOf(cell);
    const last = pieces.at(-1);
    const same = last !== undefined && last.colour === look.colour && last.bold === look.bold && last.dim === look.dim;
    if (same) pieces[pieces.length - 1] = { ...last, text: last.text + (cell.getChars() || ' ') };
    else pieces.push({ column, text: cell.getChars() || ' ', ...look });
  }
  return pieces.map((piece) => ({ ...piece, text: piece.text.trimEnd() })).filter(({ text }) => text !== '');
}

const lookOf = (cell: IBufferCell) => ({
  colour: cell.isFgPalette() ? cell.getFgColor() : undefined,
  bold: cell.isBold() !== 0,
  dim: cell.isDim() !== 0,
});

import { basename } from 'node:path';
import { homedirWord } from '../ui/path.ts';
import { plain } from '../ui/plain.ts';
import { table } from '../ui/table.ts';
import { formatSpan } from '../ui/time.ts';
import type { ListedBox } from './listBoxes.ts';

const MIB = 2 ** 20;

/** How the table is shown. */
interface Showing {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Paths below it are written with `~`. */
  readonly home: string;
  /** The width of the terminal; undefined: as wide as it comes. */
  readonly columns?: number | undefined;
}

const HEADING = ['BOX', 'CLIENT', 'AGENT', 'STATE', 'AGE', 'MEMORY', 'BLOCKED', 'WORKSPACE', 'PROJECT'];
/** What is left out first where there is no room; most of it is in the name that agentbox gives. */
const SPARE = ['AGENT', 'CLIENT', 'MEMORY', 'PROJECT'];

/** Boxes as the lines of a table. In a narrow terminal a project is its folder, and then columns are left out. Pure. */
export function boxTable(rows: readonly ListedBox[], { now, home, columns }: Showing): string {
  const lines = rows.map((row) => [
    row.name,
    row.client,
    row.agent,
    stateWords(row),
    formatSpan(now - Date.parse(row.started)),
    row.memory === undefined ? '-' : sizeWords(row.memory),
    row.network === 'gateway' || row.blocked > 0 ? String(row.blocked) : '-',
    row.unreviewed ? `${row.workspace}, to review` : row.workspace,
    plain(homedirWord(row.project, home)),
  ]);
  const whole = table(HEADING, lines);
  if (columns === undefined || widthOf(whole) <= columns) return whole;
  const short = lines.map((line) => [...line.slice(0, -1), basename(line.at(-1) ?? '')]);
  for (let out = 0; ; out += 1) {
    const kept = HEADING.map((name) => !SPARE.slice(0, out).includes(name));
    const only = (cells: readonly string[]) => cells.filter((_, at) => kept[at]);
    const text = table(only(HEADING), short.map(only));
    if (out === SPARE.length || widthOf(text) <= columns) return text;
  }
}

const widthOf = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

function stateWords({ state, exitCode, keep }: ListedBox): string {
  const code = exitCode === undefined || state === 'running' ? '' : ` (${exitCode})`;
  return `${state}${code}${keep && state === 'exited' ? ', kept' : ''}`;
}

/** Bytes for people: `412M`, `1.3G`. */
function sizeWords(bytes: number): string {
  const mebibytes = bytes / MIB;
  return mebibytes < 1000 ? `${Math.round(mebibytes)}M` : `${(mebibytes / 1024).toFixed(1)}G`;
}

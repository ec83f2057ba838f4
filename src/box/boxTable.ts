import { homedirWord } from '../ui/path.ts';
import { plain } from '../ui/plain.ts';
import { table } from '../ui/table.ts';
import { formatSpan } from '../ui/time.ts';
import type { ListedBox } from './listBoxes.ts';

const MIB = 2 ** 20;

/** Boxes as the lines of a table; `now` in milliseconds since 1970, paths below `home` with `~`. Pure. */
export function boxTable(rows: readonly ListedBox[], now: number, home: string): string {
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
  const heading = ['BOX', 'CLIENT', 'AGENT', 'STATE', 'AGE', 'MEMORY', 'BLOCKED', 'WORKSPACE', 'PROJECT'];
  return table(heading, lines);
}

function stateWords({ state, exitCode, keep }: ListedBox): string {
  const code = exitCode === undefined || state === 'running' ? '' : ` (${exitCode})`;
  return `${state}${code}${keep && state === 'exited' ? ', kept' : ''}`;
}

/** Bytes for people: `412M`, `1.3G`. */
function sizeWords(bytes: number): string {
  const mebibytes = bytes / MIB;
  return mebibytes < 1000 ? `${Math.round(mebibytes)}M` : `${(mebibytes / 1024).toFixed(1)}G`;
}

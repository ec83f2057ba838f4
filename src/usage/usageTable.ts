import { table } from '../ui/table.ts';
import { formatCost, formatTokens, shortTokens } from './format.ts';
import { dayOf, minuteOf } from './since.ts';
import type { By, Group, Sum } from './summary.ts';

const NUMBERS = ['INPUT', 'OUTPUT', 'TO CACHE', 'CACHED', 'COST'];

/** Groups and their sum as a table of at most so many columns, as far as shorter numbers can help. Pure but for the time zone. */
export function usageTable(groups: readonly Group[], sum: Sum, by: By, columns: number): string {
  const whole = written(groups, sum, by, { format: formatTokens, brief: false });
  if (whole.split('\n').every((line) => line.length <= columns)) return whole;
  return written(groups, sum, by, { format: shortTokens, brief: true });
}

interface Style {
  readonly format: (count: number) => string;
  readonly brief: boolean;
}

function written(groups: readonly Group[], sum: Sum, by: By, { format, brief }: Style): string {
  const names = namesOf(groups, by, brief);
  const numbers = ({ tokens, cost }: Sum) => [
    ...[tokens.input, tokens.output, tokens.cacheWrite + tokens.cacheWrite1h, tokens.cacheRead].map(format),
    formatCost(cost),
  ];
  const rows = groups.map((group) => [...names.map(({ of }) => of(group)), ...numbers(group)]);
  const heading = [...names.map((name) => name.heading), ...NUMBERS];
  const last = ['total', ...names.slice(1).map(() => ''), ...numbers(sum)];
  return aligned([heading, ...rows, last], names.length);
}

interface Name {
  readonly heading: string;
  readonly of: (group: Group) => string;
}

function namesOf(groups: readonly Group[], by: By, brief: boolean): readonly Name[] {
  const client: Name = { heading: 'CLIENT', of: (group) => group.client ?? '' };
  switch (by) {
    case 'day':
      return [{ heading: 'DAY', of: ({ day }) => day ?? '' }];
    case 'model':
      return [{ heading: 'MODEL', of: ({ model }) => model ?? '' }];
    case 'client':
      return brief ? [client] : [client, { heading: 'DAYS', of: ({ first, last }) => span(dayOf(first), dayOf(last)) }];
    case 'session': {
      const several = new Set(groups.map((group) => group.client)).size > 1;
      return [
        { heading: 'LAST', of: ({ last }) => minuteOf(last).slice(5, brief ? 10 : 16) },
        ...(several ? [client] : []),
        { heading: 'AGENT', of: ({ agent }) => agent ?? '' },
        // The end of an id is what tells those apart that begin with the time.
        { heading: 'SESSION', of: ({ session }) => (session ?? '').slice(-8) },
      ];
    }
  }
}

const span = (first: string, last: string) => (first === last ? first : `${first} – ${last}`);

/** Numbers stand at the right of their columns. */
function aligned(rows: readonly (readonly string[])[], names: number): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  const [heading = [], ...rest] = rows.map((row) =>
    row.map((cell, column) => (column < names ? cell : cell.padStart(widths[column] ?? 0))),
  );
  return table(heading, rest);
}

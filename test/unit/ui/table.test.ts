import { expect, test } from 'vitest';
import { table, wrappedTable } from '../../../src/ui/table.ts';

const rows = [
  ['allow', 'a rather long value that has no room in its column', '/home/user/work/with/a/path/without/any/space'],
  ['b', 'short', 'here'],
];

test('a table is as wide as it must be, and no line of a wrapped one is wider than the terminal', () => {
  expect(
    Math.max(
      ...table(['A', 'B', 'C'], rows)
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBeGreaterThan(80);
  expect(wrappedTable(50, ['SETTING', 'VALUE', 'FROM'], rows)).toBe(
    `
SETTING  VALUE                FROM
allow    a rather long value  /home/user/work/with
         that has no room in  /a/path/without/any/
         its column           space
b        short                here`.trimStart(),
  );
});

test('nothing is lost where even the narrowest table has no room', () => {
  const text = wrappedTable(20, ['A', 'B', 'C'], rows);
  expect(text.replace(/\s/g, '')).toContain('arather');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(5 + 12 + 12 + 4);
});

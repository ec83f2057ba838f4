import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { openPages } from '../../../../src/usage/sqlite/pages.ts';
import { columnsOf, rowsOf } from '../../../../src/usage/sqlite/table.ts';
import { temporary } from '../../support/config.ts';

vi.setConfig({ testTimeout: 30_000 });

const SAMPLES = fileURLToPath(new URL('../samples/', import.meta.url));

function rows(database: string, table: string, log?: string) {
  const files = [database, ...(log === undefined ? [] : [log])].map((file) => openSync(file, 'r'));
  try {
    const pages = openPages(files[0] ?? -1, files[1]);
    return pages === undefined ? undefined : [...rowsOf(pages, table)];
  } finally {
    files.forEach(closeSync);
  }
}

test('every kind of value is read from a tree of pages, long ones from several', () => {
  const found = rows(join(SAMPLES, 'sqlite/tree.db'), 'many things');
  const numbers = [0, 1, -1, 200, -40_000, 3_000_000, -3_000_000_000, 2 ** 40, null, -(2 ** 53)];
  const expected = Array.from({ length: 120 }, (_, index) => ({
    key: `k${index}`,
    number: numbers[index % 10],
    real_one: index / 4,
    big: index % 3 === 0 ? index : null,
    text: 'é'.repeat(index % 50 === 0 ? index * 20 : index % 40),
  }));
  expect(found).toEqual(expected);
});

test('what is only in the write-ahead log counts, and nothing without it', () => {
  const database = join(SAMPLES, 'opencode/opencode.db');
  expect(rows(database, 'message', `${database}-wal`)).toHaveLength(3);
  expect(rows(database, 'message')).toEqual([]);
});

test('a transaction that was not finished does not count', async () => {
  const folder = await temporary();
  const database = join(SAMPLES, 'opencode/opencode.db');
  const log = readFileSync(`${database}-wal`);
  const frame = 24 + 4096;
  const whole = (log.length - 32) / frame;
  const counts = Array.from({ length: whole }, (_, frames) => {
    writeFileSync(join(folder, 'cut'), log.subarray(0, 32 + frames * frame + 100));
    return rows(database, 'message', join(folder, 'cut'))?.length ?? 0;
  });
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(counts.at(-1)).toBeLessThan(3);
});

test('a table that is not there has no rows, and what is no database is none', async () => {
  const folder = await temporary();
  expect(rows(join(SAMPLES, 'sqlite/tree.db'), 'message')).toEqual([]);
  for (const text of ['', 'SQLite format 3', 'x'.repeat(5000)]) {
    writeFileSync(join(folder, 'none'), text);
    expect(rows(join(folder, 'none'), 'message')).toBeUndefined();
  }
});

test('the columns of a statement', () => {
  expect(
    columnsOf('CREATE TABLE x (`a` text DEFAULT (1,2), "b" int, [c] int, d, CONSTRAINT k PRIMARY KEY(a))'),
  ).toEqual(['a', 'b', 'c', 'd']);
});

test('a damaged database ends, without an error', async () => {
  const folder = await temporary();
  const whole = readFileSync(join(SAMPLES, 'sqlite/tree.db'));
  const log = readFileSync(join(SAMPLES, 'opencode/opencode.db-wal'));
  const hit = (bytes: Buffer) =>
    fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 200 }).map((hits) => {
      const copy = Buffer.from(bytes);
      for (const [at, value] of hits) copy[at] = value;
      return copy;
    });
  fc.assert(
    fc.property(hit(whole), hit(log), fc.nat(whole.length), (database, ahead, length) => {
      writeFileSync(join(folder, 'db'), database.subarray(0, length));
      writeFileSync(join(folder, 'wal'), ahead);
      rows(join(folder, 'db'), 'many things');
      rows(join(SAMPLES, 'opencode/opencode.db'), 'message', join(folder, 'wal'));
    }),
    { numRuns: 60 },
  );
});

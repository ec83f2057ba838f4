import type { Pages } from './pages.ts';
import { type Row, record, varint } from './row.ts';

/** Pages of one table that are read. */
const PAGES = 500_000;
const DEPTH = 20;
/** Bytes of a row; a larger one is passed over. */
const ROW = 4 * 1024 ** 2;
/** Bytes of all rows together, of which each counts as LEAST at least. */
const ALL = 1024 ** 3;
const LEAST = 64;

/**
 * The rows of a table, the newest last where its rows have a running number. What is damaged is passed over, and no more than
 * a bounded part of it is read: whoever wrote it may mean harm. Nothing for a table that is not there.
 */
export function* rowsOf(pages: Pages, table: string): Generator<Row> {
  for (const values of payloads(pages, 1)) {
    const [type, name, , root, sql] = record(values) ?? [];
    if (type !== 'table' || name !== table || typeof root !== 'number' || typeof sql !== 'string') continue;
    const columns = columnsOf(sql);
    for (const bytes of payloads(pages, root)) {
      const row = record(bytes);
      if (row !== undefined) yield Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]));
    }
    return;
  }
}

/** The names of the columns, of the statement that made the table. Pure. */
export function columnsOf(sql: string): readonly string[] {
  const list = /^[^(]*\(([\s\S]*)\)[^)]*$/.exec(sql.slice(0, 100_000))?.[1] ?? '';
  const columns: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of `${list},`) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character !== ',' || depth > 0) {
      part += character;
      continue;
    }
    const name = /^\s*[`"[]?(\w+)/.exec(part)?.[1];
    if (name !== undefined && !/^(constraint|primary|foreign|unique|check)$/i.test(name)) columns.push(name);
    part = '';
  }
  return columns;
}

/** The rows of the tree that begins at a page, as bytes. */
function* payloads(pages: Pages, root: number): Generator<Buffer> {
  const seen = new Set<number>();
  let budget = ALL;
  const waiting: { readonly number: number; readonly depth: number }[] = [{ number: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { number, depth } = next;
    if (seen.has(number) || seen.size >= PAGES || depth > DEPTH) continue;
    seen.add(number);
    const page = pages.page(number);
    if (page === undefined) continue;
    const head = number === 1 ? 100 : 0;
    const kind = page[head];
    if (kind !== 0x05 && kind !== 0x0d) continue;
    const cells = cellsOf(page, head + (kind === 0x05 ? 12 : 8), page.readUInt16BE(head + 3));
    if (kind === 0x0d) {
      for (const cell of cells) {
        const bytes = payload(pages, page, cell);
        budget -= Math.max(LEAST, bytes?.length ?? 0);
        if (budget < 0) return;
        if (bytes !== undefined) yield bytes;
      }
      continue;
    }
    const children = cells.flatMap((cell) => (cell + 4 <= page.length ? [page.readUInt32BE(cell)] : []));
    const inOrder = [...children, page.readUInt32BE(head + 8)];
    for (const child of inOrder.toReversed()) waiting.push({ number: child, depth: depth + 1 });
  }
}

function cellsOf(page: Buffer, from: number, count: number): readonly number[] {
  const fit = Math.min(count, Math.floor((page.length - from) / 2));
  return Array.from({ length: Math.max(0, fit) }, (_, index) => page.readUInt16BE(from + 2 * index));
}

/** What a cell of a leaf holds, with what of it lies on further pages; SQLite's file format, section 1.6. */
function payload(pages: Pages, page: Buffer, cell: number): Buffer | undefined {
  const size = varint(page, cell);
  const key = size === undefined ? undefined : varint(page, size.next);
  if (size === undefined || key === undefined || size.value > ROW) return undefined;
  const { usable } = pages;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const spilled = least + ((size.value - least) % (usable - 4));
  const local = size.value <= usable - 35 ? size.value : spilled <= usable - 35 ? spilled : least;
  const parts = [page.subarray(key.next, key.next + local)];
  if (parts[0]?.length !== local) return undefined;
  if (local === size.value) return parts[0];
  let left = size.value - local;
  const at = key.next + local;
  let next = at + 4 <= page.length ? page.readUInt32BE(at) : 0;
  while (left > 0) {
    const more = next === 0 ? undefined : pages.page(next);
    if (more === undefined) return undefined;
    const part = more.subarray(4, 4 + Math.min(left, usable - 4));
    parts.push(part);
    left -= part.length;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

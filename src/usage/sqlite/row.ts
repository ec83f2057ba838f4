/** A value of a column; blobs are not read. */
export type Value = string | number | null;

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, Value>>;

/** A number of variable length at an offset, and where the next byte is; undefined at the end of the bytes. Pure. */
export function varint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 9; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    if (index === 8) return { value: value * 256 + byte, next: at + 9 };
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}

/** The values of a record in SQLite's format; undefined for what is none. Pure. */
export function record(bytes: Buffer): readonly Value[] | undefined {
  const head = varint(bytes, 0);
  if (head === undefined || head.value > bytes.length) return undefined;
  const values: Value[] = [];
  let body = head.value;
  for (let at = head.next; at < head.value; ) {
    const type = varint(bytes, at);
    if (type === undefined) return undefined;
    at = type.next;
    const size = sizeOf(type.value);
    if (body + size > bytes.length) return undefined;
    values.push(columnValue(type.value, bytes.subarray(body, body + size)));
    body += size;
  }
  return values;
}

const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function sizeOf(type: number): number {
  return SIZES[type] ?? Math.floor((type - 12) / 2);
}

function columnValue(type: number, bytes: Buffer): Value {
  if (type >= 13 && type % 2 === 1) return bytes.toString('utf8');
  if (type === 8 || type === 9) return type - 8;
  if (type === 7) return bytes.readDoubleBE();
  if (type === 6) return Number(bytes.readBigInt64BE());
  return type >= 1 && type <= 5 ? bytes.readIntBE(0, bytes.length) : null;
}

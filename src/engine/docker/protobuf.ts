/** One field of a protobuf message: its number, and a number or the bytes of a string, of bytes or of a message. */
export interface Field {
  readonly number: number;
  readonly value: number | Buffer;
}

/**
 * The fields of a protobuf message in their order. A message that is cut short or is none gives what can be read of it;
 * nothing throws. (protobufjs would be 200 KB for the four messages that are read.)
 */
export function fieldsOf(message: Buffer): readonly Field[] {
  const fields: Field[] = [];
  let at = 0;

  const varint = (): number | undefined => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at];
      if (byte === undefined) return undefined;
      at += 1;
      // Not by shifting: numbers beyond 32 bits occur.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  const bytes = (length: number | undefined): Buffer | undefined => {
    if (length === undefined || at + length > message.length) return undefined;
    at += length;
    return message.subarray(at - length, at);
  };

  while (at < message.length) {
    const key = varint();
    if (key === undefined) break;
    const value = readValue(key % 8, varint, bytes);
    if (value === undefined) break;
    fields.push({ number: Math.floor(key / 8), value });
  }
  return fields;
}

function readValue(
  wireType: number,
  varint: () => number | undefined,
  bytes: (length: number | undefined) => Buffer | undefined,
): number | Buffer | undefined {
  switch (wireType) {
    case 0:
      return varint();
    case 1:
      return bytes(8);
    case 2:
      return bytes(varint());
    case 5:
      return bytes(4);
    default:
      return undefined;
  }
}

/** The messages, strings or bytes in a repeated or single field. */
export function bytesIn(fields: readonly Field[], number: number): readonly Buffer[] {
  return fields.flatMap((field) => (field.number === number && Buffer.isBuffer(field.value) ? [field.value] : []));
}

/** The text of a string field; empty when it is absent, as protobuf has it. */
export function textIn(fields: readonly Field[], number: number): string {
  return bytesIn(fields, number).at(-1)?.toString() ?? '';
}

/** True when a boolean field is set. */
export function flagIn(fields: readonly Field[], number: number): boolean {
  return fields.some((field) => field.number === number && typeof field.value === 'number' && field.value !== 0);
}

/**
 * A 64-bit little-endian ELF program without what only debuggers read: everything behind the last byte that is loaded, and the
 * table of sections. The same bytes on every machine, whatever its binutils. Throws when it is no such program.
 */
export function stripElf(program: Buffer): Buffer {
  if (program.toString('latin1', 0, 6) !== '\u007fELF\u0002\u0001')
    throw new Error('not a 64-bit little-endian ELF file');
  const table = {
    at: Number(program.readBigUInt64LE(32)),
    size: program.readUInt16LE(54),
    count: program.readUInt16LE(56),
  };
  const ends = Array.from({ length: table.count }, (_, index) => {
    const segment = table.at + index * table.size;
    return Number(program.readBigUInt64LE(segment + 8) + program.readBigUInt64LE(segment + 32));
  });
  const stripped = Buffer.from(program.subarray(0, Math.max(table.at + table.size * table.count, ...ends)));
  // Where the table of sections is, how many there are, and which one names them.
  stripped.writeBigUInt64LE(0n, 40);
  stripped.writeUInt16LE(0, 60);
  stripped.writeUInt16LE(0, 62);
  return stripped;
}

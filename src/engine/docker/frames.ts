/** A piece of what a box without a terminal printed. */
export interface Piece {
  readonly from: 'stdout' | 'stderr';
  readonly data: Buffer;
}

const HEADER = 8;

/**
 * Takes the engine's mixed stream apart: each call gets the next bytes and gives what is in them, also of frames that
 * are not complete. (docker-modem's own demultiplexer knows no back-pressure and copies what it holds at every chunk.)
 */
export function frameReader(): (chunk: Buffer) => Piece[] {
  let header = Buffer.alloc(0);
  let left = 0;
  return (chunk) => {
    const pieces: Piece[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (left > 0) {
        // Streams 1 and 2 are the box's, 3 is the engine's own complaint.
        const from = header[0] === 1 ? 'stdout' : 'stderr';
        const data = rest.subarray(0, left);
        pieces.push({ from, data });
        left -= data.length;
        rest = rest.subarray(data.length);
        continue;
      }
      const known = header.length === HEADER ? Buffer.alloc(0) : header;
      header = Buffer.concat([known, rest.subarray(0, HEADER - known.length)]);
      rest = rest.subarray(header.length - known.length);
      if (header.length === HEADER) left = header.readUInt32BE(4);
    }
    return pieces;
  };
}

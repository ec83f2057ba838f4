import { lstat } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import { openInside } from '../../state/openInside.ts';
import { plain } from '../../ui/plain.ts';

/**
 * The bytes of a file below `root` (a real path); undefined where there is none, or a link or a folder. A box may be changing
 * it meanwhile. Throws UserError('refused') for more than `limit` bytes, and for what lies outside.
 */
export async function readPlain(root: string, path: string, limit: number): Promise<Buffer | undefined> {
  const entry = await lstat(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (!entry?.isFile()) return undefined;
  const handle = await openInside(root, path);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size > limit) throw tooMuch(path, limit);
    const bytes = Buffer.alloc(Math.min(size, limit));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** True for the error of what is not there. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function tooMuch(path: string, limit: number): UserError {
  return new UserError('refused', `${plain(path)} is not read`, { why: `it has more than ${limit} bytes` });
}

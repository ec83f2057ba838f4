import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.ts';

/**
 * The real path of an absolute path. What does not exist yet lies in the real path of the nearest directory that does.
 * Throws UserError('config') when it cannot be told (no permission, a loop of links).
 */
export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || path === '/') {
      throw new UserError('config', `cannot tell where ${path} really is`, { why: code, cause: error });
    }
    return join(await realPathOf(dirname(path)), basename(path));
  }
}

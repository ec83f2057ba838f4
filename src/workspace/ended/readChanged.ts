import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readPlain } from '../git/readPlain.ts';
import type { Change, FileState } from '../landing/change.ts';
import type { ChangedFile } from './changedSince.ts';

/** Bytes of one file, and of all of them. */
export const LARGEST = 4 * 1024 * 1024;
const ALL = 64 * 1024 * 1024;

/** Changed files as they are now, no link followed; those beyond what is read have no content. What is gone is left out. */
export async function readChanged(project: string, files: readonly ChangedFile[]): Promise<readonly Change[]> {
  const changes: Change[] = [];
  let left = ALL;
  for (const { path, mode } of files) {
    const content = await contentOf(project, path, mode, Math.min(left, LARGEST));
    if (content === 'gone') continue;
    left -= content?.length ?? 0;
    changes.push({ path, after: { mode, content } });
  }
  return changes;
}

async function contentOf(
  project: string,
  path: string,
  mode: ChangedFile['mode'],
  limit: number,
): Promise<FileState['content'] | 'gone'> {
  const place = join(project, path);
  try {
    if (mode === '120000') return await readlink(place, { encoding: 'buffer' });
    return (await readPlain(project, place, limit)) ?? 'gone';
  } catch (error) {
    // Too large, or not to be read: that is told of it.
    return isGone(error) ? 'gone' : undefined;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EINVAL');
}

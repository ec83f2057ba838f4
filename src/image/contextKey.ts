import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeState } from '../state/writeFile.ts';
import { contextHash, filesIn } from './userContext.ts';
import type { UserBuild } from './userImage.ts';

/** Milliseconds after which a file's times tell whether it has changed since. */
const SETTLED = 2000;

/**
 * A hash of the content of a build context. Its files are read only when one of them has changed since the last time,
 * which is remembered in `cacheDir`; without one they are always read. Throws UserError('image').
 */
export async function contextKey(
  build: Pick<UserBuild, 'context' | 'root'>,
  cacheDir: string | undefined,
  now = Date.now(),
): Promise<string> {
  const { context } = build;
  const files = await filesIn(context);
  const state = sha(JSON.stringify(files.map(({ name, state }) => [name, state])));
  const memo = cacheDir === undefined ? undefined : join(cacheDir, 'contexts', sha(context).slice(0, 32));
  const [known, key] = memo === undefined ? [] : (await readFile(memo, 'utf8').catch(() => '')).split(' ');
  if (known === state && key !== undefined) return key.trim();
  const hash = await contextHash(build, files);
  if (memo === undefined || files.some((file) => file.changed > now - SETTLED)) return hash;
  await writeState(memo, `${state} ${hash}\n`).catch(() => {});
  return hash;
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

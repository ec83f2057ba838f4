import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { packageVersion } from './packageVersion.ts';

/** The head (loader.cjs) of the one-file build and of a single executable that starts this program. */
export async function headOf(program: string): Promise<string> {
  const key = createHash('sha256').update(program).digest('hex').slice(0, 16);
  const loader = await readFile(new URL('loader.cjs', import.meta.url), 'utf8');
  return loader.replace('%KEY%', key).replace('%VERSION%', await packageVersion());
}

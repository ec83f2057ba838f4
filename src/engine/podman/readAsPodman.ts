import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NEUTRAL_DIRECTORY, type Podman } from './command.ts';

const LIMIT = 10_000;

/**
 * A file of podman's, undefined while it is not there. With `keep-id` it belongs to the root of podman's user namespace, so it is
 * read from within.
 */
export async function readAsPodman(podman: Podman, file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code !== 'EACCES') throw error;
    const seen = await readInNamespace(podman, file);
    return seen === undefined ? readByUnshare(podman, file) : seen.text;
  }
}

/**
 * By the process that keeps the namespace, in a tenth of the time and the work of `podman unshare`, beside a podman that is starting
 * the box. Undefined where that does not do.
 */
async function readInNamespace({ options }: Podman, file: string): Promise<{ text?: string } | undefined> {
  const directory = options.env['XDG_RUNTIME_DIR'];
  if (directory === undefined) return undefined;
  const keeper = (await readFile(join(directory, 'libpod/tmp/pause.pid'), 'utf8').catch(() => '')).trim();
  if (!/^\d+$/.test(keeper)) return undefined;
  const argv = ['nsenter', '--user', '--preserve-credentials', `--target=${keeper}`, 'cat', file];
  const env = { ...options.env, LC_ALL: 'C' };
  const read = await options.execute(argv, { timeout: LIMIT, cwd: NEUTRAL_DIRECTORY, env });
  if (read.code === 0) return { text: read.stdout };
  return read.stderr.endsWith(`${file}: No such file or directory`) ? {} : undefined;
}

async function readByUnshare(podman: Podman, file: string): Promise<string | undefined> {
  const read = await podman.try(['unshare', 'cat', file]);
  return read.code === 0 ? read.stdout : undefined;
}

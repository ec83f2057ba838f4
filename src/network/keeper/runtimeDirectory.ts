import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';

/** Longest path of a socket that every system takes (103 bytes), with room for a suffix while it is made. */
const LONGEST = 90;

type Deps = Pick<Context, 'env' | 'platform' | 'caller'>;

/**
 * The path of a socket of that name in a directory (0700) that nobody else can enter: below XDG_RUNTIME_DIR where it is the
 * caller's, else below the directory for temporary files. Throws UserError('state') when something else is in its place.
 */
export function runtimeSocket(deps: Deps, name: string): string {
  const directory = directoryFor(deps, name);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refused(directory, (error as Error).message);
  }
  const entry = lstatSync(directory);
  if (entry.isDirectory() && entry.uid === deps.caller.uid && (entry.mode & 0o077) === 0) return join(directory, name);
  throw refused(directory, 'secrets go through a socket in it, and others may enter it');
}

function refused(directory: string, why: string): UserError {
  return new UserError('state', `${directory} cannot be used: it must be a directory that only you can enter`, {
    why,
    next: [`look at it (ls -ld ${directory}) and move it away`],
  });
}

function directoryFor({ env, platform, caller: { uid } }: Deps, name: string): string {
  const given = env['XDG_RUNTIME_DIR'];
  // Without the variable (cron, su) the usual place: two keepers of one gateway would be one too many.
  const runtime = [...(given?.startsWith('/') ? [given] : []), ...(platform === 'linux' ? [`/run/user/${uid}`] : [])];
  for (const parent of runtime) {
    const entry = statSync(parent, { throwIfNoEntry: false });
    const directory = join(parent, 'agentbox');
    if (entry?.isDirectory() && entry.uid === uid && fits(directory, name)) return directory;
  }
  const temp = env['TMPDIR']?.startsWith('/') ? env['TMPDIR'] : '/tmp';
  const directory = join(temp, `agentbox-${uid}`);
  return fits(directory, name) ? directory : join('/tmp', `agentbox-${uid}`);
}

const fits = (directory: string, name: string) => Buffer.byteLength(join(directory, name)) <= LONGEST;

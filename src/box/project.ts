import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { ProjectFacts } from '../plan/facts.ts';

/** The facts of a project directory, `dir` relative to `cwd`; throws UserError('project') that says what is wrong with it. */
export async function projectFacts(dir: string, cwd: string): Promise<ProjectFacts> {
  const wanted = resolve(cwd, dir);
  try {
    const path = await realpath(wanted);
    const info = await stat(path);
    if (!info.isDirectory())
      throw new UserError('project', `${wanted} is not a directory`, { next: ['name the project’s folder'] });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return { path, uid: info.uid, gid: info.gid };
  } catch (error) {
    throw explained(error, wanted);
  }
}

function explained(error: unknown, path: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new UserError('project', `there is no directory ${path}`, {
        next: ['agentbox run DIR -- ARGS for the agent'],
      });
    case 'EACCES':
    case 'EPERM':
      return new UserError('project', `you may not read and write ${path}`, {
        why: 'the agent works there with your own permissions',
        next: [`ls -ld ${path}`, 'take ownership of it, or name another directory'],
      });
    case 'EROFS':
      return new UserError('project', `${path} lies on a read-only file system`, {
        next: ['copy the project to a disk that can be written'],
      });
    case 'ELOOP':
      return new UserError('project', `${path} is a loop of symbolic links`, { next: ['name the project itself'] });
    default:
      return error;
  }
}

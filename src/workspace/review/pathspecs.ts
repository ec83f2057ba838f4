import { isAbsolute, relative, resolve, sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import { isWithin } from '../../plan/guard.ts';

/**
 * Paths of a command line as paths of a project: relative to where the caller is when that is in the project, else to the
 * project. Throws UsageError for one outside. Pure.
 */
export function projectPaths(paths: readonly string[], cwd: string, project: string): readonly string[] {
  const from = isWithin(cwd, project) ? cwd : project;
  return paths.map((path) => {
    const inside = relative(project, resolve(from, path));
    if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return inside;
    throw new UsageError(`${path} is not in ${project}`, ['paths of the project, as agentbox diff names them']);
  });
}

import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin } from '../../plan/guard.ts';
import { identify } from './identity.ts';

/** The file of the project that a link (relative to the project, a real path) leads to; undefined for all else. */
export function behind(project: string, path: string): string | undefined {
  try {
    const real = realpathSync(join(project, path));
    if (real === project || !isWithin(real, project)) return undefined;
    const place = real.slice(project.length + 1);
    const isOfGit = place.split('/').includes('.git');
    return !isOfGit && identify(project, place)?.kind === 'file' ? place : undefined;
  } catch {
    return undefined;
  }
}

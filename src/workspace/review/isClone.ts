import type { KeptWorkspace } from '../kept.ts';

/** True for a clone, also for one whose record is gone. Pure. */
export function isClone({ workspace }: KeptWorkspace): boolean {
  return workspace === 'clone';
}

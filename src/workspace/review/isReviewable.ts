import type { Context } from '../../context.ts';
import { isAside } from '../aside.ts';
import type { KeptWorkspace } from '../kept.ts';

/** Tells what has something to review: a clone, also one whose record is gone, and a box of which something was moved aside. */
export function isReviewable({ paths }: Pick<Context, 'paths'>): (kept: KeptWorkspace) => Promise<boolean> {
  return async ({ workspace, client, box }) => workspace === 'clone' || isAside(paths, client, box);
}

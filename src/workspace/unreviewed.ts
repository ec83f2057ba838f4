import { UserError } from '../errors.ts';
import type { KeptWorkspace } from './kept.ts';

/** A workspace, and what of it nobody has reviewed, in words. */
export interface Unreviewed {
  readonly kept: KeptWorkspace;
  readonly left: string;
}

/** The refusal to remove a workspace with work that nobody has reviewed; `force` is the command that removes it all the same. Pure. */
export function unreviewed({ kept, left }: Unreviewed, force: string): UserError {
  return new UserError('refused', `${kept.box} has ${left}`, {
    why: 'nobody has reviewed it, and it would be lost',
    next: [...waysToReview(kept), `${force}   (it is gone then)`],
  });
}

/** The commands that review what is left of a workspace. Pure. */
export function waysToReview({ workspace, box, record }: KeptWorkspace): readonly string[] {
  if (workspace === 'readonly') return [];
  if (record?.held !== undefined) return [`agentbox sync ${box}`];
  if (record === undefined) return [];
  return ['diff', 'apply', 'discard'].map((command) => `agentbox ${command} ${box}`);
}

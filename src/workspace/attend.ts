import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';

/** Watches the host's side of a workspace while its box runs; the answer ends that. */
export function attendWorkspace(_context: Context, _prepared: Prepared, _id: string): () => Promise<void> {
  return async () => {};
}

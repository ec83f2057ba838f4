import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';

/** Makes what the mounts of a box's workspace lead to, and its record; called under the client's lock, just before the launch. */
export async function openWorkspace(_context: Context, _prepared: Prepared): Promise<void> {}

import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';

/** After the end of a box: takes its work in, or says where it is. Each step may be done again by a later command. */
export async function closeWorkspace(_context: Context, _prepared: Prepared): Promise<void> {}

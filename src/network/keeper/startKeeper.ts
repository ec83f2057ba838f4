import type { Context } from '../../context.ts';
import { startHidden } from '../hiddenProcess.ts';
import type { KeeperStart } from './protocol.ts';

/**
 * Starts a keeper as a process of its own session, which outlives this one, and returns when it listens. Throws the
 * UserError that it ended with.
 */
export async function startKeeper(
  context: Pick<Context, 'program' | 'env' | 'config'>,
  start: KeeperStart,
): Promise<void> {
  await startHidden(context, { command: '__keeper', name: 'the keeper of the gateway', start, more: false });
}

import type { Context } from '../context.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { fromLabels } from '../plan/labels.ts';
import { say } from '../ui/io.ts';
import { revivePorts } from './ports.ts';

/**
 * Starts again what boxes have on this machine and what died: the keepers of those with a gateway, and what serves their ports.
 * What goes wrong is told and stops nothing: the boxes go on with what their gateway knows.
 */
export async function reviveKeepers(context: Context, engine: Engine, boxes: readonly BoxInfo[]): Promise<void> {
  await revivePorts(context, engine, boxes);
  const clients = new Set(
    boxes
      .filter(({ state }) => state !== 'exited')
      .map(({ labels }) => fromLabels(labels))
      .filter(({ network, data }) => network === 'gateway' && data === context.paths.dataDir)
      .map(({ client }) => client),
  );
  if (clients.size === 0) return;
  const { reviveKeeper } = await import('../network/keeper/revive.ts');
  for (const client of clients) {
    try {
      (await reviveKeeper(context, client, engine))?.close();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      say(context.io, `agentbox: the keeper of client ${client} is not there: ${error.message}`);
    }
  }
}

import type { Context } from '../context.ts';
import { isAlive } from '../engine/alive.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { fromLabels } from '../plan/labels.ts';
import { say } from '../ui/io.ts';
import { revivePorts } from './ports.ts';

/**
 * Starts again what boxes have on this machine and what died: the keepers of those with a gateway, what serves their ports, and watchers
 * of projects that nobody looks after. What goes wrong is told and stops nothing: the boxes go on with what their gateway knows.
 */
export async function reviveKeepers(context: Context, engine: Engine, boxes: readonly BoxInfo[]): Promise<void> {
  await revivePorts(context, engine, boxes);
  await watchAgain(context, engine, boxes);
  const clients = new Set(
    boxes
      .filter(isAlive)
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

/** The projects of boxes whose launcher was killed are looked after from now on. */
async function watchAgain(context: Context, engine: Engine, boxes: readonly BoxInfo[]): Promise<void> {
  const ours = boxes.filter(isAlive).map(({ labels }) => fromLabels(labels));
  const clients = new Set(
    ours
      .filter(({ workspace, data }) => workspace === 'bind' && data === context.paths.dataDir)
      .map((own) => own.client),
  );
  if (clients.size === 0) return;
  const { watchUnattended } = await import('./watcher/watchUnattended.ts');
  for (const client of clients) {
    await watchUnattended(context, client, engine).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      say(context.io, `agentbox: nobody looks after the projects of client ${client}: ${error.message}`);
    });
  }
}

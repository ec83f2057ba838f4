import type { Context } from '../context.ts';
import type { BoxInfo } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { labelsOfClient } from '../plan/labels.ts';
import type { EngineKind } from '../plan/spec.ts';

const KINDS: readonly EngineKind[] = ['docker', 'podman'];

/**
 * Throws UserError('refused') while boxes of the client are there and not ended, on any engine; an engine that is not
 * there has none.
 */
export async function refuseWhileRunning(context: Pick<Context, 'engine' | 'paths'>, client: string): Promise<void> {
  const found = (await Promise.all(KINDS.map((kind) => boxesOn(context, kind, client)))).flat();
  // One engine may answer under both names.
  const alive = [...new Set(found.filter(({ state }) => state !== 'exited').map(({ name }) => name))];
  if (alive.length === 0) return;
  throw new UserError('refused', `boxes of client ${client} are running: ${alive.join(', ')}`, {
    why: 'they use the state',
    next: [`agentbox stop ${alive.join(' ')}`],
  });
}

/** An engine that was found and then fails is an error: who cannot ask must not remove. */
async function boxesOn(
  context: Pick<Context, 'engine' | 'paths'>,
  kind: EngineKind,
  client: string,
): Promise<readonly BoxInfo[]> {
  const engine = await context.engine({ flag: kind, profile: 'auto' }).catch((error: unknown) => {
    if (error instanceof UserError && error.trouble === 'engine') return undefined;
    throw error;
  });
  return engine === undefined ? [] : engine.boxes(labelsOfClient(client, context.paths.dataDir));
}

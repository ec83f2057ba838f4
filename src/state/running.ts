import type { Context } from '../context.ts';
import { isAlive } from '../engine/alive.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { labelsOfClient } from '../plan/labels.ts';
import type { EngineKind } from '../plan/spec.ts';

const KINDS: readonly EngineKind[] = ['docker', 'podman'];

/**
 * Throws UserError('refused') while boxes of the client run, on any engine; an engine that is not
 * there has none.
 */
export async function refuseWhileRunning(context: Pick<Context, 'engine' | 'paths'>, client: string): Promise<void> {
  const alive = await aliveBoxes(context, labelsOfClient(client, context.paths.dataDir));
  if (alive.length === 0) return;
  throw new UserError('refused', `boxes of client ${client} are running: ${alive.join(', ')}`, {
    why: 'they use the state',
    next: [`agentbox stop ${alive.join(' ')}`],
  });
}

/** The names of the boxes with these labels that run, on any engine. */
export async function aliveBoxes(
  context: Pick<Context, 'engine'>,
  labels: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const found = (await Promise.all(KINDS.map((kind) => boxesOn(context, kind, labels)))).flat();
  // One engine may answer under both names.
  return [...new Set(found.filter(isAlive).map(({ name }) => name))];
}

/** An engine that was found and then fails is an error: who cannot ask must not remove. */
async function boxesOn(
  context: Pick<Context, 'engine'>,
  kind: EngineKind,
  labels: Readonly<Record<string, string>>,
): Promise<readonly BoxInfo[]> {
  return (await engineHere(context, kind))?.boxes(labels) ?? [];
}

/** The engines that are here. */
export async function enginesHere(context: Pick<Context, 'engine'>): Promise<readonly Engine[]> {
  return (await Promise.all(KINDS.map((kind) => engineHere(context, kind)))).filter((engine) => engine !== undefined);
}

async function engineHere(context: Pick<Context, 'engine'>, kind: EngineKind): Promise<Engine | undefined> {
  return context.engine({ flag: kind, profile: 'auto' }).catch((error: unknown) => {
    if (error instanceof UserError && error.trouble === 'engine') return undefined;
    throw error;
  });
}

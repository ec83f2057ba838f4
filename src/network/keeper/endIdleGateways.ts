import type { Context } from '../../context.ts';
import { isAlive } from '../../engine/alive.ts';
import { type BoxInfo, type Engine, LABEL } from '../../engine/engine.ts';
import { gatewayName } from '../../plan/gatewayNames.ts';
import { fromLabels } from '../../plan/labels.ts';
import { runningKeeper } from './client.ts';
import { gatewayContainer } from './gatewayContainer.ts';

type Deps = Pick<Context, 'env' | 'platform' | 'caller' | 'paths'>;

/** Which gateways are meant, and whether they are only to be named. */
export interface Idle {
  /** Undefined: those of every client. */
  readonly client: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Ends the gateways, and the keepers, of clients none of whose boxes runs; they would do so by themselves some minutes
 * after the last box. Gives the names of those gateways. One that a command speaks with just now stays.
 */
export async function endIdleGateways(
  context: Deps,
  engine: Engine,
  boxes: readonly BoxInfo[],
  { client, dryRun }: Idle,
): Promise<readonly string[]> {
  const { paths } = context;
  const labels = { [LABEL]: 'gateway' };
  const [containers, volumes] = await Promise.all([engine.boxes(labels), engine.volumes(labels)]);
  const owners = new Map(
    [...containers, ...volumes].flatMap(({ name, labels }) => {
      const owner = labels[`${LABEL}.owner`];
      return owner !== undefined && name === gatewayName(owner, paths) ? [[owner, name] as const] : [];
    }),
  );
  const busy = new Set(boxes.filter(isAlive).map((box) => fromLabels(box.labels).client));
  const ended: string[] = [];
  for (const [owner, name] of owners) {
    if (busy.has(owner) || (client !== undefined && owner !== client)) continue;
    const told = containers.some((container) => container.name === name);
    if (dryRun ? told : (await end(context, engine, owner)) && told) ended.push(name);
  }
  return ended;
}

async function end(context: Deps, engine: Engine, client: string): Promise<boolean> {
  const keeper = await runningKeeper(context, client, await engine.facts());
  try {
    const { stopped } = (await keeper?.ask({ op: 'stop', idle: true }).catch(() => undefined)) ?? { stopped: true };
    if (!stopped) return false;
  } finally {
    keeper?.close();
  }
  await gatewayContainer({ engine, client, paths: context.paths, image: '' }).removeAll();
  return true;
}

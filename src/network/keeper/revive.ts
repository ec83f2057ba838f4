import type { Context } from '../../context.ts';
import { isAlive } from '../../engine/alive.ts';
import { type Engine, LABEL } from '../../engine/engine.ts';
import { gatewayImage } from '../../image/gateway.ts';
import { labelsOfClient } from '../../plan/labels.ts';
import { ensureKeeper, type Keeper, runningKeeper } from './client.ts';

type Deps = Pick<Context, 'env' | 'platform' | 'caller' | 'paths' | 'program' | 'config'>;

/**
 * The keeper of a client, which is started again when it died and boxes with a gateway still run; undefined when there is
 * none and none is needed, or the image of the gateway is not there (the next run makes it).
 */
export async function reviveKeeper(context: Deps, client: string, engine: Engine): Promise<Keeper | undefined> {
  const facts = await engine.facts();
  const there = await runningKeeper(context, client, facts);
  if (there !== undefined) return there;
  const labels = { ...labelsOfClient(client, context.paths.dataDir), [`${LABEL}.network`]: 'gateway' };
  const boxes = await engine.boxes(labels);
  if (!boxes.some(isAlive)) return undefined;
  const [, { tag: image }] = await gatewayImage();
  return (await engine.image(image)) === undefined
    ? undefined
    : ensureKeeper(context, { client, engine, facts, image });
}

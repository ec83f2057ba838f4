import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { runningKeeper } from './client.ts';
import { gatewayContainer } from './gatewayContainer.ts';

type Deps = Pick<Context, 'env' | 'platform' | 'caller' | 'paths'>;

/** Ends a client's keeper on an engine and removes its gateway; none of both is fine. No box of the client may run. */
export async function endGateway(context: Deps, client: string, engine: Engine): Promise<void> {
  const keeper = await runningKeeper(context, client, await engine.facts());
  // One that does not do it is left without a gateway, and ends by itself.
  await keeper?.ask({ op: 'stop' }).catch(() => {});
  keeper?.close();
  await gatewayContainer({ engine, client, paths: context.paths, image: '' }).removeAll();
}

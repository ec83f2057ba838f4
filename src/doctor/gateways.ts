import type { LoadedConfig } from '../config/load.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Context } from '../context.ts';
import { type BoxInfo, type Engine, LABEL } from '../engine/engine.ts';
import { gatewayImage } from '../image/gateway.ts';
import { runningKeeper } from '../network/keeper/client.ts';
import { gatewayLabels } from '../plan/gateway.ts';
import { gatewayName } from '../plan/gatewayNames.ts';
import { fromLabels } from '../plan/labels.ts';
import type { GatewayFacts } from './facts.ts';
import { settled } from './settled.ts';

const LIMIT = 2000;

/** Keepers and gateways of every client on an engine, those of clients that are gone included; nothing is started or ended. */
export async function gatherGateways(
  context: Context,
  engine: Engine,
  config: LoadedConfig,
  withState: readonly string[],
): Promise<readonly GatewayFacts[]> {
  const [facts, boxes, containers, [, { tag }]] = await Promise.all([
    engine.facts(),
    engine.boxes({ [`${LABEL}.network`]: 'gateway' }),
    engine.boxes({ [LABEL]: 'gateway', [`${LABEL}.data`]: context.paths.dataDir }),
    gatewayImage(),
  ]);
  const image = (await engine.image(tag))?.id;
  const owners = containers.flatMap(({ labels }) => labels[`${LABEL}.owner`] ?? []);
  const clients = [...new Set([DEFAULT_CLIENT, ...config.clients.keys(), ...withState, ...owners])];
  const all = await Promise.all(
    clients.map(async (client): Promise<GatewayFacts> => {
      const name = gatewayName(client, context.paths);
      const labels = gatewayLabels(client, context.paths);
      const container = containers.find((one) => one.name === name && one.labels[LABEL] === labels[LABEL]);
      const running = boxes.filter((box) => isOf(box, client, context.paths.dataDir));
      return {
        client,
        kind: engine.kind,
        container: container && {
          state: container.state,
          created: container.created,
          current: container.image === image,
        },
        keeper: await askKeeper(context, client, facts.endpoint),
        boxes: running.map((box) => box.name),
      };
    }),
  );
  return all.filter(({ container, keeper, boxes: running }) => container ?? keeper ?? running[0]);
}

function isOf({ labels, state }: BoxInfo, client: string, data: string): boolean {
  const box = fromLabels(labels);
  return state !== 'exited' && state !== 'created' && box.client === client && box.data === data;
}

async function askKeeper(context: Context, client: string, endpoint: string): Promise<GatewayFacts['keeper']> {
  const { value: keeper } = await settled(runningKeeper(context, client, { endpoint }));
  if (keeper === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), LIMIT);
  });
  try {
    const hello = keeper.ask({ op: 'hello', version: '' }).then(({ version }) => ({ version }));
    return await Promise.race([hello.catch(() => 'silent' as const), late]);
  } finally {
    clearTimeout(timer);
    keeper.close();
  }
}

import { approver } from '../../box/approve.ts';
import { encodePayload } from '../../box/payload.ts';
import type { Paths } from '../../config/paths.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { gatewayLabels, gatewaySpec } from '../../plan/gateway.ts';
import { gatewayName } from '../../plan/gatewayNames.ts';
import { VERSION } from '../../version.ts';

/** Whose gateway it is, and what it is made of. */
export interface GatewayPlace {
  readonly engine: Engine;
  readonly client: string;
  readonly paths: Pick<Paths, 'dataDir'>;
  readonly image: string;
}

/** The container of a client's gateway. */
export interface GatewayContainer {
  /** What runs there now: made of this image, or of another. */
  find(): Promise<'absent' | 'this' | 'other'>;
  /** Makes and starts it, in the place of whatever is left of another. Throws UserError. */
  start(): Promise<void>;
  remove(): Promise<void>;
  /** The volume too; it stays while a box that ended still has it. */
  removeAll(): Promise<void>;
}

/** The container and volume of a client's gateway on an engine. */
export function gatewayContainer({ engine, client, paths, image }: GatewayPlace): GatewayContainer {
  const name = gatewayName(client, paths);
  const labels = gatewayLabels(client, paths);
  const containers = async () => (await engine.boxes(labels)).filter((container) => container.name === name);
  const remove = async () => {
    for (const { id } of await containers()) await engine.remove(id);
  };
  return {
    async find() {
      const [container] = await containers();
      if (container?.state !== 'running') return 'absent';
      return container.image === (await imageOf(engine, image)).id ? 'this' : 'other';
    },
    async start() {
      await remove();
      const [facts, info] = await Promise.all([
        engine.facts(),
        imageOf(engine, image),
        engine.makeVolume(name, labels),
      ]);
      const spec = gatewaySpec({ client, paths, image, facts, version: VERSION });
      const approve = approver(engine, spec, info.env);
      await engine.launch({ spec, payload: encodePayload([]), approve, streams: undefined });
    },
    remove,
    async removeAll() {
      await remove();
      await engine.removeVolume(name).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
      });
    },
  };
}

async function imageOf(engine: Engine, ref: string) {
  const info = await engine.image(ref);
  if (info !== undefined) return info;
  throw new UserError('image', `the image of the gateway is gone: ${ref}`, {
    next: ['the next agentbox run makes it'],
  });
}

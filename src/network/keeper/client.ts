import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Context } from '../../context.ts';
import type { Engine, EngineFacts } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { keeperKey } from '../../plan/gatewayNames.ts';
import { VERSION } from '../../version.ts';
import { connectKeeper, type Keeper } from './connection.ts';
import { runtimeSocket } from './runtimeDirectory.ts';

export { connectKeeper, type Keeper } from './connection.ts';

/** Milliseconds for a keeper to say who it is, and to end when it is asked to. */
const HELLO_LIMIT = 5000;
const RETIRE_LIMIT = 30_000;
/** How long one launcher waits for another that starts the keeper. */
const LOCK_LIMIT = 90_000;

type Deps = Pick<Context, 'env' | 'platform' | 'caller' | 'paths' | 'program' | 'config'>;

/** A client on an engine, and the image that its gateway is to have. */
export interface Kept {
  readonly client: string;
  readonly engine: Pick<Engine, 'kind'>;
  readonly facts: Pick<EngineFacts, 'endpoint'>;
  readonly image: string;
}

/** The path of the socket of the keeper with this key; its directory is made. Throws UserError('state') for one of others. */
export function keeperSocket(context: Pick<Context, 'env' | 'platform' | 'caller'>, key: string): string {
  return runtimeSocket(context, `${key}.sock`);
}

/** One engine, by whichever link to its socket it was found: /var/run is often one to /run. */
function socketOf(
  context: Omit<Deps, 'program' | 'config'>,
  client: string,
  { endpoint }: Pick<EngineFacts, 'endpoint'>,
): string {
  const path = endpoint.replace(/^unix:\/\//, '');
  return keeperSocket(context, keeperKey(client, context.paths, realOf(path)));
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The keeper of a client on an engine, whatever its version; undefined when none runs. */
export async function runningKeeper(
  context: Omit<Deps, 'program' | 'config'>,
  client: string,
  facts: Pick<EngineFacts, 'endpoint'>,
): Promise<Keeper | undefined> {
  return connectKeeper(socketOf(context, client, facts));
}

/**
 * The client's keeper, of this version and with this image of the gateway; started where none is, and put in the place of
 * another. Nothing is locked and the engine not asked when it is there. Throws UserError('state') when it does not start.
 */
export async function ensureKeeper(context: Deps, kept: Kept): Promise<Keeper> {
  const socket = socketOf(context, kept.client, kept.facts);
  const there = await fitting(socket, kept.image);
  if (there !== undefined) return there;
  const { withLock } = await import('../../state/lock.ts');
  return await withLock(
    socket,
    async () => (await fitting(socket, kept.image)) ?? (await started(context, kept, socket)),
    LOCK_LIMIT,
  );
}

/** The keeper on the socket, when it is the right one. */
async function fitting(socket: string, image: string): Promise<Keeper | undefined> {
  const keeper = await connectKeeper(socket);
  if (keeper === undefined) return undefined;
  const hello = await within(HELLO_LIMIT, keeper.ask({ op: 'hello', version: VERSION }));
  if (hello?.version === VERSION && hello.gatewayImage === image) return keeper;
  keeper.close();
  return undefined;
}

/** Under the lock: what listens there is another's or does not answer. */
async function started(context: Deps, { client, engine, facts, image }: Kept, socket: string): Promise<Keeper> {
  await retire(socket);
  // A keeper that hangs sees that its socket is gone, and ends, when it comes to itself.
  await rm(socket, { force: true });
  const { startKeeper } = await import('./startKeeper.ts');
  const at = { kind: engine.kind, endpoint: facts.endpoint };
  await startKeeper(context, { client, engine: at, gatewayImage: image, socket });
  const keeper = await fitting(socket, image);
  if (keeper !== undefined) return keeper;
  throw new UserError('state', `the keeper of client ${client} started and is not there`, { next: ['try again'] });
}

async function retire(socket: string): Promise<void> {
  const old = await connectKeeper(socket);
  if (old === undefined) return;
  await within(
    RETIRE_LIMIT,
    old.ask({ op: 'retire' }).then(() => old.closed),
  );
  old.close();
}

/** Undefined when it takes too long, or fails. */
async function within<T>(limit: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limit);
  });
  try {
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

import { randomBytes } from 'node:crypto';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { Engine, EngineFacts } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { callersAuthorities } from '../image/callersAuthorities.ts';
import { blockedLines } from '../network/blocked.ts';
import type { Keeper } from '../network/keeper/client.ts';
import type { Policy } from '../network/policy/policy.ts';
import { RELAY_PORT, SOCKETS } from '../network/protocol.ts';
import { upstreamOf } from '../network/upstream.ts';
import { dnsOf, hostsOf } from '../plan/gatewayEnv.ts';
import { policyOf, refuseDenied } from '../plan/policy.ts';
import { say } from '../ui/io.ts';
import type { Frame } from './payload.ts';
import type { Prepared } from './prepare.ts';

/** Where a run's gateway is to be made ready. */
export interface GatewayRequest {
  readonly client: string;
  readonly engine: Engine;
  readonly facts: EngineFacts;
  /** Resolves when the image of the run is there, and with it what the gateway's is built on. */
  readonly built: Promise<unknown>;
}

/** The keeper of the client, with its gateway ready for boxes; both are started where they are not there. */
export async function readyGateway(
  context: Context,
  { client, engine, facts, built }: GatewayRequest,
): Promise<Keeper> {
  const [{ ensureKeeper }, { ensureGatewayImage }] = await Promise.all([
    import('../network/keeper/client.ts'),
    import('../image/gateway.ts'),
  ]);
  const image = await ensureGatewayImage(engine, context, built);
  return ensureKeeper(context, { client, engine, facts, image });
}

/** What the gateway is to let through for a run. Throws UserError('config') for a rule that is none, or denies what is forwarded. */
export async function runPolicy(
  context: Context,
  profile: Profile,
  agent: Prepared['agent'],
  login: boolean,
): Promise<Policy> {
  const { hostRegistries } = await import('../network/hostRegistries.ts');
  const policy = policyOf(profile, agent, { login, registries: await hostRegistries(profile, context) });
  refuseDenied(policy, Object.values(profile.forward), context.now().getTime());
  return policy;
}

/**
 * Launches a box; one with a gateway is made known to it meanwhile, and forgotten when it did not start. `wiring` are the frames
 * that lead the box there; it rejects with a UserError when the gateway does not acknowledge it, and before that no box may be made.
 */
export async function withGateway<T>(
  context: Context,
  prepared: Prepared,
  launch: (wiring: Promise<readonly Frame[]>) => Promise<T>,
): Promise<T> {
  const { keeper, box, engine } = prepared;
  if (keeper === undefined) return launch(Promise.resolve([]));
  const wiring = join(context, keeper, prepared);
  wiring.catch(() => {});
  // Podman gives a new volume to the user of the first container that has it, which must be the gateway.
  if (engine.kind === 'podman') await wiring.catch(() => {});
  try {
    return await launch(wiring).catch(async (error: unknown) => {
      await wiring.catch(() => {});
      await keeper.ask({ op: 'remove', name: box.name }).catch(() => {});
      throw error;
    });
  } finally {
    keeper.close();
  }
}

async function join(
  context: Context,
  keeper: Keeper,
  { profile, agent, box, brokered, policy }: Prepared,
): Promise<readonly Frame[]> {
  const authorities = await callersAuthorities(context.env);
  const socket = socketName();
  const forwards = Object.values(profile.forward).map(({ boxPort, host, port }) => ({
    ...{ boxPort, host, port },
    socket: socketName(),
  }));
  const { authority = '' } = await keeper.ask({
    op: 'add',
    box: {
      ...{ name: box.name, agent: agent.name, socket, forwards, brokered, policy },
      hosts: hostsOf(profile.engineArgs),
      dns: dnsOf(profile.engineArgs),
    },
    upstream: upstreamOf(profile.proxy, context.env),
    authorities,
  });
  return [
    ...[{ socket, boxPort: RELAY_PORT }, ...forwards].map(
      (one): Frame => ({ op: 'relay', socket: `${SOCKETS}/${one.socket}`, port: `${one.boxPort}` }),
    ),
    ...[authority, authorities].flatMap((text): Frame[] => (text === '' ? [] : [{ op: 'trust', authority: text }])),
  ];
}

const socketName = () => randomBytes(16).toString('hex');

/**
 * After the end of a box: tells what was blocked, then has the gateway forget the box, which `forgotten` waits for. A keeper that is
 * gone has nothing to tell.
 */
export async function leaveGateway(
  context: Context,
  { keeper, box, facts, profile, news }: Prepared,
): Promise<{ readonly forgotten: Promise<unknown> }> {
  const nothing = { forgotten: Promise.resolve() };
  if (keeper === undefined) return nothing;
  const { runningKeeper } = await import('../network/keeper/client.ts');
  const again = await runningKeeper(context, profile.client, facts.engine).catch(() => undefined);
  if (again === undefined) return nothing;
  try {
    const { blocked } = await again.ask({ op: 'summary', name: box.name });
    news.blocked = blocked;
    for (const line of blockedLines(blocked, profile.client)) say(context.io, `agentbox: ${line}`);
    const forgotten = again.ask({ op: 'remove', name: box.name }).catch(unlessBug);
    return { forgotten: forgotten.finally(again.close) };
  } catch (error) {
    again.close();
    unlessBug(error);
    return nothing;
  }
}

function unlessBug(error: unknown): void {
  if (!(error instanceof UserError)) throw error;
}

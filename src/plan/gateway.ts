import { HOME } from '../agents/agent.ts';
import type { Paths } from '../config/paths.ts';
import { type EngineFacts, LABEL } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { SOCKETS } from '../network/protocol.ts';
import { gatewayName } from './gatewayNames.ts';
import { isLimitless } from './limits.ts';
import { selinuxLevel } from './selinux.ts';
import type { BoxSpec, Limits } from './spec.ts';

const MIB = 1024 * 1024;

/**
 * The user of every gateway. No box runs as it, so no box can touch its sockets; it owns nothing of the host, so it needs no
 * mapping: with userns-remap, or rootless, the same number means the same user in gateway and box, and 64000 is within the
 * 65,536 that engines map.
 */
export const GATEWAY_USER = 64_000;
const LIMITS: Limits = { memory: 512 * MIB, cpus: 1, pids: 128 };
/** Names are looked up in threads; a box may take four, and node's own four would be all. */
const LOOKUP_THREADS = '16';
/** Sandboxes and virtual machines: what they call a socket is none to the boxes of another one. */
const SEPARATE = /runsc|gvisor|kata|krun/;

const NODE = ['/usr/local/bin/node', '/usr/local/lib/agentbox/gateway.mjs'] as const;
/** What the keeper runs in the gateway (Engine.exec) to talk to it over stdin and stdout. */
export const GATEWAY_CONTROL: readonly string[] = [...NODE, 'control'];

/** What one gateway is planned from. */
export interface GatewayRequest {
  readonly client: string;
  readonly paths: Pick<Paths, 'dataDir'>;
  readonly image: string;
  readonly facts: EngineFacts;
  readonly version: string;
}

/**
 * The container of a client's gateway: hardened like a box but for its network. Pure; throws UserError('engine') where the
 * engine's own runtime would keep its sockets from the boxes and there is no other.
 */
export function gatewaySpec({ client, paths, image, facts, version }: GatewayRequest): BoxSpec {
  const name = gatewayName(client, paths);
  const volume = {
    source: name,
    volume: true,
    target: SOCKETS,
    write: true,
    relabel: false,
    purpose: 'gateway',
  } as const;
  const runtime = runtimeOf(facts);
  return {
    name,
    labels: { ...gatewayLabels(client, paths), [`${LABEL}.data`]: paths.dataDir, [`${LABEL}.version`]: version },
    image,
    uid: GATEWAY_USER,
    gid: GATEWAY_USER,
    keepId: false,
    argv: [...NODE, 'serve'],
    workdir: '/',
    hostname: 'agentbox-gateway',
    env: { HOME, UV_THREADPOOL_SIZE: LOOKUP_THREADS },
    mounts: [volume],
    tmpfs: [
      { target: HOME, size: MIB, mode: 0o700, exec: false },
      { target: '/tmp', size: MIB, mode: 0o1777, exec: false },
      { target: '/run/agentbox', size: MIB, mode: 0o755, exec: false },
    ],
    network: 'open',
    runtime,
    limits: limitsOf(facts, runtime),
    terminal: false,
    selinuxLevel: facts.selinux ? selinuxLevel(client) : undefined,
    extra: {},
  };
}

/** The labels by which a client's gateway and its volume are found. Pure. */
export function gatewayLabels(client: string, paths: Pick<Paths, 'dataDir'>): Readonly<Record<string, string>> {
  return { [LABEL]: 'gateway', [`${LABEL}.gateway`]: gatewayName(client, paths), [`${LABEL}.owner`]: client };
}

function runtimeOf({ defaultRuntime, runtimes, kind }: EngineFacts): string | undefined {
  if (!SEPARATE.test(defaultRuntime)) return undefined;
  const other = ['runc', 'crun'].find((name) => runtimes.includes(name));
  if (other !== undefined) return other;
  throw new UserError('engine', `${kind} has no runtime that a gateway could run in`, {
    why: `its own is ${defaultRuntime}, and no box can connect to a socket that was made in there`,
    next: [
      kind === 'docker'
        ? 'register runc in /etc/docker/daemon.json and reload docker'
        : 'name another one in containers.conf: [engine] runtime = "crun"; boxes keep theirs by --runtime',
      'or use --network none or --network open',
    ],
  });
}

/** A limit that cannot hold here is left out: the gateway is agentbox's own program, not an agent's. */
function limitsOf(facts: EngineFacts, runtime: string | undefined): Partial<Limits> {
  if (isLimitless(facts, runtime)) return {};
  return Object.fromEntries(
    Object.entries(LIMITS).filter(([name]) => !facts.ignoredLimits.includes(name as keyof Limits)),
  );
}

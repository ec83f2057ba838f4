import { HOME } from '../agents/agent.ts';
import { LABEL } from '../engine/engine.ts';
import type { BoxSpec, Mount, Network } from './spec.ts';
import type { BoxUser } from './user.ts';

const MIB = 1024 * 1024;
const BOX = `${LABEL}.box`;

/** What is special about one helper box. */
export interface HelperRequest {
  readonly purpose: string;
  readonly suffix: string;
  readonly image: string;
  readonly user: BoxUser;
  readonly argv: readonly string[];
  readonly network: Network;
  readonly mounts?: readonly Mount[];
  readonly runtime?: string | undefined;
  readonly selinuxLevel?: string | undefined;
  /** The box for whose workspace it works, by name. */
  readonly box?: string | undefined;
}

/** A short-lived box for agentbox's own work, as hardened as any other; pure. */
export function helperBox(request: HelperRequest): BoxSpec {
  return {
    name: helperName(request.purpose, request.suffix),
    labels: {
      [LABEL]: 'helper',
      [`${LABEL}.purpose`]: request.purpose,
      ...(request.box === undefined ? {} : { [BOX]: request.box }),
    },
    image: request.image,
    ...request.user,
    argv: request.argv,
    workdir: '/tmp',
    hostname: 'agentbox-helper',
    env: { HOME },
    mounts: request.mounts ?? [],
    tmpfs: [
      { target: HOME, size: 64 * MIB, mode: 0o700, exec: true },
      { target: '/tmp', size: 64 * MIB, mode: 0o1777, exec: true },
      { target: '/run/agentbox', size: MIB, mode: 0o755, exec: false },
    ],
    network: request.network,
    runtime: request.runtime,
    limits: {},
    terminal: false,
    selinuxLevel: request.selinuxLevel,
    extra: {},
  };
}

/** What a helper box is called. */
export function helperName(purpose: string, suffix: string): string {
  return `agentbox-helper-${purpose}-${suffix}`;
}

/** Label filters for the helper boxes that work for the workspace of a box. Pure. */
export function labelsOfHelpers(box: string): Record<string, string> {
  return { [LABEL]: 'helper', [BOX]: box };
}

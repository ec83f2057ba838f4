import type { Degradable } from '../config/profile.ts';
import type { EngineFacts } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { Limits } from './spec.ts';

const NAMES = ['memory', 'cpus', 'pids'] as const;

/**
 * The limits to set, and a line that names those which this engine cannot give and the user gave up by name. Throws
 * UserError('refused') for one that was not given up.
 */
export function planLimits(
  wanted: Limits,
  engine: EngineFacts,
  allowDegraded: readonly Degradable[],
): { limits: Partial<Limits>; notices: readonly string[] } {
  const lost = NAMES.filter((name) => engine.ignoredLimits.includes(name));
  const refused = lost.filter((name) => !allowDegraded.includes(`${name}-limit`));
  if (refused.length > 0) throw cannotLimit(engine, refused);
  const limits: { -readonly [K in keyof Limits]?: Limits[K] } = { ...wanted };
  for (const name of lost) delete limits[name];
  if (lost.length === 0) return { limits, notices: [] };
  return { limits, notices: [`no limit on ${lost.join(', ')}: ${engine.kind} ignores it here (allow_degraded)`] };
}

function cannotLimit(engine: EngineFacts, names: readonly string[]): UserError {
  const why =
    engine.kind === 'podman' && engine.rootless
      ? 'rootless podman can limit a box only where cgroup v2 controllers are delegated to you'
      : 'the kernel of this host does not have the cgroup controllers for it';
  return new UserError('refused', `${engine.kind} ignores limits on ${names.join(', ')} here`, {
    why,
    next: [
      'boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1) and delegate the controllers',
      `or accept it by name in the configuration: allow_degraded: [${names.map((name) => `${name}-limit`).join(', ')}]`,
    ],
  });
}

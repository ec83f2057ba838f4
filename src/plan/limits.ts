import type { Degradable } from '../config/profile.ts';
import type { EngineFacts } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { Limits } from './spec.ts';

const NAMES = ['memory', 'cpus', 'pids'] as const;

/** True when boxes of this runtime (undefined: the engine's own) are limited in nothing, whatever is set for them. */
export function isLimitless(engine: EngineFacts, runtime: string | undefined): boolean {
  return engine.limitlessRuntimes?.includes(runtime ?? engine.defaultRuntime) === true;
}

/** True when the user gave up every limit by name. */
export function allowsLimitless(allowDegraded: readonly Degradable[]): boolean {
  return NAMES.every((name) => allowDegraded.includes(`${name}-limit`));
}

/**
 * The limits to set, and a line that names those which this engine and runtime cannot give and the user gave up by name.
 * Throws UserError('refused') for one that was not given up.
 */
export function planLimits(
  wanted: Limits,
  engine: EngineFacts,
  allowDegraded: readonly Degradable[],
  runtime?: string,
): { limits: Partial<Limits>; notices: readonly string[] } {
  const limitless = isLimitless(engine, runtime);
  const lost = NAMES.filter((name) => limitless || engine.ignoredLimits.includes(name));
  const refused = lost.filter((name) => !allowDegraded.includes(`${name}-limit`));
  if (refused.length > 0)
    throw limitless ? runtimeCannot(runtime ?? engine.defaultRuntime, refused) : cannotLimit(engine, refused);
  const limits: { -readonly [K in keyof Limits]?: Limits[K] } = { ...wanted };
  for (const name of lost) delete limits[name];
  if (lost.length === 0) return { limits, notices: [] };
  const who = limitless ? (runtime ?? engine.defaultRuntime) : engine.kind;
  return { limits, notices: [`no limit on ${lost.join(', ')}: ${who} ignores it here (allow_degraded)`] };
}

function runtimeCannot(runtime: string, names: readonly string[]): UserError {
  return new UserError('refused', `the runtime ${runtime} ignores limits on ${names.join(', ')} here`, {
    why: 'it is registered with --ignore-cgroups',
    next: [
      `take --ignore-cgroups out of its runtimeArgs in /etc/docker/daemon.json, where ${runtime} works without it`,
      'or use --runtime auto, which takes one that keeps them',
      acceptByName(names),
    ],
  });
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
      acceptByName(names),
    ],
  });
}

const acceptByName = (names: readonly string[]) =>
  `or accept it by name in the configuration: allow_degraded: [${names.map((name) => `${name}-limit`).join(', ')}]`;

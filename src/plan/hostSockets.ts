import type { EngineFacts } from '../engine/engine.ts';
import { UserError } from '../errors.ts';

const GVISOR = /runsc|gvisor/;
/** A box of these is a virtual machine, with a kernel of its own. */
const VIRTUAL = /kata|krun/;
const OPENS = /^--?(host-uds=(open|all)|fsgofer-host-uds(=true)?)$/;
const DAEMON = '/etc/docker/daemon.json';

/** True when boxes of this runtime can connect to a socket outside: not virtual machines, nor gVisor without its flag for that. */
export function reachesHostSockets({ details }: EngineFacts, runtime: string): boolean {
  const name = nameOf(runtime);
  if (VIRTUAL.test(name)) return false;
  return !GVISOR.test(name) || (details?.runtimeArgs[runtime] ?? []).some((flag) => OPENS.test(flag));
}

/** A runtime whose boxes reach sockets outside, the engine's own if that is one; undefined where there is none. */
export function reachingRuntime(engine: EngineFacts): string | undefined {
  return [engine.defaultRuntime, 'runc', 'crun'].find(
    (name) => (name === engine.defaultRuntime || engine.runtimes.includes(name)) && reachesHostSockets(engine, name),
  );
}

/** Why boxes of this runtime reach no socket outside, for people. */
export function whyUnreached(runtime: string): string {
  if (VIRTUAL.test(nameOf(runtime))) return `boxes of ${runtime} are virtual machines, which no socket reaches into`;
  return `gVisor is registered as ${runtime} without --host-uds=open, so its boxes reach no socket outside`;
}

/** What lets boxes of this runtime reach sockets outside, as lines for people; empty where nothing does. */
export function howToOpen({ kind }: EngineFacts, runtime: string): readonly string[] {
  if (kind !== 'docker' || !GVISOR.test(nameOf(runtime))) return [];
  return [
    `add "--host-uds=open" (old builds: "--fsgofer-host-uds") to the runtimeArgs of ${runtime} in ${DAEMON}`,
    'sudo systemctl reload docker',
  ];
}

/** The same, and which runtime does it anyway. */
export function howToReach(engine: EngineFacts, runtime: string): readonly string[] {
  const other = reachingRuntime(engine);
  return [...howToOpen(engine, runtime), ...(other === undefined ? [] : [`use --runtime ${other}`])];
}

/** Throws UserError('unavailable') where boxes of this runtime cannot reach a gateway. Pure. */
export function mustReachGateway(engine: EngineFacts, runtime: string): void {
  if (reachesHostSockets(engine, runtime)) return;
  throw new UserError('unavailable', `network: gateway: boxes of ${runtime} cannot reach it here`, {
    why: whyUnreached(runtime),
    next: [...howToReach(engine, runtime), 'or use --network none, or --network open'],
  });
}

const nameOf = (runtime: string) => runtime.split('/').at(-1) ?? runtime;

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Degradable } from '../config/profile.ts';
import type { Engine, EngineFacts } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { helperBox } from '../plan/helperBox.ts';
import { howToOpen, howToReach, reachesHostSockets, reachingRuntime, whyUnreached } from '../plan/hostSockets.ts';
import { allowsLimitless, isLimitless } from '../plan/limits.ts';
import type { BoxUser } from '../plan/user.ts';
import { writeState } from '../state/writeFile.ts';
import { runHelper } from './helper.ts';

/** gVisor under the name that its own installer registers. */
const GVISOR = 'runsc';
const TRIAL_LIMIT = 20_000;
/** A failed trial is believed for ten minutes, so that somebody who mends gVisor is not told the old story for long. */
const FAILURE_LASTS = 600_000;

/** The runtime of a run; `notice` when it is not the strongest one. */
export interface RuntimeChoice {
  readonly runtime: string | undefined;
  readonly notice: string | undefined;
}

/** What a choice needs: an engine with its facts, an image to try with, and where to remember. */
export interface RuntimeDeps {
  readonly engine: Engine;
  readonly facts: EngineFacts;
  readonly allowDegraded: readonly Degradable[];
  readonly image: string;
  readonly user: BoxUser;
  readonly cacheDir: string;
  readonly now: () => Date;
  /** The box must reach a socket outside: its gateway's, or the SSH agent's. */
  readonly hostSockets?: boolean;
}

type Trials = Record<string, { works: boolean; at: string; why: string }>;

/**
 * `auto`: gVisor where a trial run (remembered per engine version) shows that it works and limits hold or were given up,
 * else the engine's own with a notice. A name: that one or UserError('engine').
 */
export async function chooseRuntime(wanted: string, deps: RuntimeDeps): Promise<RuntimeChoice> {
  if (wanted !== 'auto') return required(wanted, deps.facts);
  const runtime = fallback(deps);
  const without = (why: string) => ({ runtime, notice: `runtime ${runtime ?? deps.facts.defaultRuntime}: ${why}` });
  if (!deps.facts.runtimes.includes(GVISOR)) {
    return without(`gVisor (runsc) is not registered with ${deps.facts.kind}`);
  }
  if (isLimitless(deps.facts, GVISOR) && !allowsLimitless(deps.allowDegraded)) {
    return without('gVisor is registered with --ignore-cgroups, so no limit would hold');
  }
  if (deps.hostSockets && !reachesHostSockets(deps.facts, GVISOR)) {
    const [how] = howToOpen(deps.facts, GVISOR);
    return without(`${whyUnreached(GVISOR)}${how === undefined ? '' : `; to have gVisor, ${how}`}`);
  }
  const trial = await tried(deps);
  if (trial.works) return { runtime: GVISOR, notice: undefined };
  return without(`gVisor is there but does not work (${trial.why})`);
}

/** In the place of gVisor: the engine's own (undefined), or another where boxes of that one reach no socket outside. */
function fallback({ facts, hostSockets }: RuntimeDeps): string | undefined {
  if (!hostSockets || reachesHostSockets(facts, facts.defaultRuntime)) return undefined;
  const other = reachingRuntime(facts);
  if (other !== undefined) return other;
  throw new UserError('engine', `${facts.kind} has no runtime whose boxes reach a gateway or an SSH agent`, {
    why: whyUnreached(facts.defaultRuntime),
    next: [...howToReach(facts, facts.defaultRuntime), 'or use --network none, or --network open'],
  });
}

/** Forgets the trials, after a runtime that once worked failed to start a box. */
export async function forgetTrials(cacheDir: string): Promise<void> {
  await writeState(fileOf(cacheDir), '{}\n');
}

function required(name: string, facts: EngineFacts): RuntimeChoice {
  if (facts.runtimes.includes(name) || facts.kind === 'podman') return { runtime: name, notice: undefined };
  throw new UserError('engine', `docker has no runtime ${name}`, {
    why: `it knows ${facts.runtimes.join(', ')}`,
    next: [
      `register ${name} in /etc/docker/daemon.json and reload docker`,
      'or use --runtime auto, which takes what works',
    ],
  });
}

/** How the last trial of gVisor on an engine went; undefined when there was none. */
export async function lastTrial(
  facts: EngineFacts,
  cacheDir: string,
): Promise<{ readonly works: boolean; readonly why: string } | undefined> {
  return (await remembered(cacheDir))[keyOf(facts)];
}

const keyOf = ({ kind, version, endpoint }: EngineFacts) => [kind, version, endpoint, GVISOR].join(' ');

async function tried(deps: RuntimeDeps): Promise<Trials[string]> {
  const key = keyOf(deps.facts);
  const trials = await remembered(deps.cacheDir);
  const known = trials[key];
  const age = known === undefined ? 0 : deps.now().getTime() - Date.parse(known.at);
  if (known !== undefined && (known.works || age < FAILURE_LASTS)) return known;
  const result = { ...(await trial(deps)), at: deps.now().toISOString() };
  await writeState(fileOf(deps.cacheDir), `${JSON.stringify({ ...trials, [key]: result }, null, 2)}\n`);
  return result;
}

async function trial(deps: RuntimeDeps): Promise<{ works: boolean; why: string }> {
  const spec = helperBox({
    purpose: 'trial',
    suffix: deps.now().getTime().toString(36),
    image: deps.image,
    user: deps.user,
    argv: ['/bin/true'],
    network: 'none',
    runtime: GVISOR,
  });
  try {
    const { code, stderr } = await runHelper(deps.engine, spec, [], TRIAL_LIMIT);
    return code === 0 ? { works: true, why: '' } : { works: false, why: lastLine(stderr) || `exit code ${code}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { works: false, why: error.why ?? error.message };
  }
}

async function remembered(cacheDir: string): Promise<Trials> {
  try {
    return JSON.parse(await readFile(fileOf(cacheDir), 'utf8')) as Trials;
  } catch {
    // A cache that is absent or unreadable is no cache.
    return {};
  }
}

const fileOf = (cacheDir: string) => join(cacheDir, 'runtimes.json');
const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';

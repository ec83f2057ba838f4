import { randomBytes } from 'node:crypto';
import type { Agent } from '../agents/agent.ts';
import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { bindingOf, claimsOf } from '../config/binding.ts';
import { profileOf } from '../config/merge.ts';
import type { Profile } from '../config/profile.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { ensureImage, findImage } from '../image/choose.ts';
import { planBox, type RunRequest, workspaceOf } from '../plan/box.ts';
import type { ClientClaim, HostFacts, ProjectFacts } from '../plan/facts.ts';
import { socketOf } from '../plan/guard.ts';
import type { BoxSpec } from '../plan/spec.ts';
import { boxUser } from '../plan/user.ts';
import { hasTerminal } from '../ui/terminal.ts';
import { VERSION } from '../version.ts';
import { boxFrames } from './frames.ts';
import type { Frame } from './payload.ts';
import { projectFacts } from './project.ts';
import type { RunCommand } from './run.ts';
import { chooseRuntime } from './runtime.ts';

/** What the settings alone decide of a run. */
interface Chosen {
  readonly profile: Profile;
  readonly agent: Agent;
  readonly project: ProjectFacts;
  readonly claims: readonly ClientClaim[];
}

/** What is known of a run before an image or a secret is touched. */
export interface Resolved {
  readonly profile: Profile;
  readonly agent: Agent;
  readonly project: ProjectFacts;
  readonly engine: Engine;
  readonly facts: HostFacts;
}

/** A run that is ready to be launched. */
export interface Prepared extends Resolved {
  readonly box: BoxSpec;
  readonly frames: readonly Frame[];
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
}

type Wanted = Pick<RunCommand, 'dir' | 'flags'>;

/** Client, settings, project and engine of a run; throws UserError for what does not fit together. */
export async function resolveRun(context: Context, request: Wanted): Promise<Resolved> {
  const chosen = await choose(context, request);
  const engine = await engineOf(context, request, chosen.profile);
  return { ...chosen, engine, facts: await hostFacts(context, engine, chosen.claims) };
}

async function choose(context: Context, request: Wanted): Promise<Chosen> {
  const [config, project] = await Promise.all([context.config(), projectFacts(request.dir, context.cwd)]);
  const client = await bindingOf(config, project.path, request.flags.client, realPathOf);
  const { profile } = profileOf(config, client, request.flags, AGENT_NAMES);
  const [real, claims] = await Promise.all([withRealPaths(profile), claimsOf(config, realPathOf)]);
  return { profile: real, agent: agentOf(profile.agent), project, claims };
}

function engineOf(context: Context, request: Wanted, profile: Profile): Promise<Engine> {
  return context.engine({ flag: request.flags.engine, profile: profile.engine });
}

async function hostFacts(context: Context, engine: Engine, claims: readonly ClientClaim[]): Promise<HostFacts> {
  const { paths, caller } = context;
  const [facts, home, own] = await Promise.all([
    engine.facts(),
    realPathOf(paths.home),
    Promise.all([paths.configDir, paths.configFile, paths.dataDir, paths.cacheDir].map(realPathOf)),
  ]);
  const socket = socketOf(facts.endpoint);
  const endpoint = socket.startsWith('/') ? await realPathOf(socket) : socket;
  return { caller, paths, home, own, engine: { ...facts, endpoint }, claims };
}

/** Everything up to the launch: the plan, the image, the secrets. */
export async function prepareRun(context: Context, request: RunCommand): Promise<Prepared> {
  const chosen = await choose(context, request);
  performance.mark('settings');
  const { profile, agent, project } = chosen;
  // Each takes its time and none needs the other; what must not run is refused before any of them is heard.
  const payload = boxFrames(context, { profile, agent, workspace: workspaceOf(profile, project), request });
  payload.catch(() => {});
  const engine = await engineOf(context, request, profile);
  const image = findImage(engine, agent, profile, context);
  image.catch(() => {});
  const facts = await hostFacts(context, engine, chosen.claims);
  performance.mark('engine');
  const planned = (made: Pick<RunRequest, 'image' | 'runtime'>) =>
    planBox(profile, agent, project, facts, requestOf(context, request, made));
  planned({ image: '', runtime: profile.runtime === 'auto' ? undefined : profile.runtime });
  const { frames, notices } = await payload;
  const { ref, info } = await ensureImage(engine, await image, context);
  const user = boxUser(facts.caller, facts.engine, project);
  const { cacheDir } = context.paths;
  const choice = await chooseRuntime(profile.runtime, {
    ...{ engine, facts: facts.engine, image: ref, user, cacheDir, now: context.now },
    allowDegraded: profile.allowDegraded,
  });
  const plan = planned({ image: ref, runtime: choice.runtime });
  return {
    ...{ profile, agent, project, engine, facts, frames },
    box: plan.box,
    imageEnv: info.env,
    notices: [...plan.notices, ...(choice.notice === undefined ? [] : [choice.notice]), ...notices],
  };
}

/** The guards of a plan compare real paths, so that no link leads around them. */
async function withRealPaths(profile: Profile): Promise<Profile> {
  const real = async <T extends { readonly source: string }>(mount: T) => ({
    ...mount,
    source: await realPathOf(mount.source),
  });
  const folders = Object.entries(profile.agentConfig).map(
    async ([agent, folder]) => [agent, await realPathOf(folder)] as const,
  );
  return {
    ...profile,
    mounts: await Promise.all(profile.mounts.map(real)),
    agentConfig: Object.fromEntries(await Promise.all(folders)),
  };
}

/** What the plan of a box needs besides settings and facts. */
export function requestOf(
  context: Context,
  request: RunCommand,
  made: Pick<RunRequest, 'image' | 'runtime'>,
): RunRequest {
  return {
    ...made,
    args: request.args,
    command: request.command,
    resume: request.resume,
    terminal: !request.detach && hasTerminal(context.io),
    suffix: randomBytes(2).toString('hex'),
    started: context.now(),
    version: VERSION,
    terminalEnv: terminalEnv(context.env),
  };
}

/** What programs ask of a terminal; only plain words, since these lie open in the engine. */
function terminalEnv(env: Context['env']): Readonly<Record<string, string>> {
  const entries = ['TERM', 'COLORTERM', 'TZ'].flatMap((name) => {
    const value = env[name];
    return value !== undefined && /^[\w.+/-]{1,64}$/.test(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(entries);
}

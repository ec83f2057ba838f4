import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent } from '../agents/agent.ts';
import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { bindingOf, claimsOf } from '../config/binding.ts';
import { type MergedProfile, profileOf } from '../config/merge.ts';
import type { Profile } from '../config/profile.ts';
import { checkPermissions } from '../config/projectFile/expressible.ts';
import { type Settled, withProjectFile } from '../config/projectFile/settle.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import { clientHere } from '../credentials/clientHere.ts';
import type { Engine } from '../engine/engine.ts';
import type { ClientClaim, HostFacts, ProjectFacts, SharedDirectory } from '../plan/facts.ts';
import { socketOf } from '../plan/guard.ts';
import { checkProvider } from '../providers/check.ts';
import { continuedClone } from '../workspace/clone/continueClone.ts';
import type { WorkspaceFacts } from '../workspace/facts.ts';
import { lookAtWorkspace } from '../workspace/look.ts';
import { projectFacts } from './project.ts';
import type { RunCommand } from './run.ts';
import { scratchFacts } from './scratch.ts';
import { sharedDirectory } from './sharedDirectory.ts';

/** What the settings alone decide of a run. */
export interface Chosen {
  readonly profile: Profile;
  readonly agent: Agent;
  readonly project: ProjectFacts;
  readonly claims: readonly ClientClaim[];
  readonly shared: SharedDirectory | undefined;
  /** What the project's file says of it; its settings are in the profile. */
  readonly projectFile: Omit<Settled, 'merged'>;
  /** Looked at while other things are asked. */
  readonly workspace: Promise<WorkspaceFacts>;
  /** It goes on with the last conversation. */
  readonly resume: boolean;
  /** The name that the user gave its box. */
  readonly name: string | undefined;
}

/** What is known of a run before an image or a secret is touched. */
export interface Resolved {
  readonly profile: Profile;
  readonly agent: Agent;
  readonly project: ProjectFacts;
  readonly projectFile: Chosen['projectFile'];
  readonly engine: Engine;
  readonly facts: HostFacts;
}

type Wanted = Pick<RunCommand, 'dir' | 'flags' | 'scratch'> & Partial<Pick<RunCommand, 'login' | 'resume' | 'name'>>;

/** Client, settings, project and engine of a run; throws UserError for what does not fit together. */
export async function resolveRun(context: Context, request: Wanted): Promise<Resolved> {
  const chosen = await choose(context, request);
  const engine = await engineOf(context, request, chosen.profile);
  return { ...chosen, engine, facts: await hostFacts(context, engine, chosen) };
}

/** Client, settings and project of a run; throws UserError for what does not fit together. */
export async function choose(context: Context, request: Wanted): Promise<Chosen> {
  const { client, project } = await boundOf(context, request);
  const config = await context.config();
  const own = profileOf(config, client, request.flags, AGENT_NAMES);
  const { merged, ...projectFile } = await projectSettings(context, request, own, project);
  // The client's own folder is nobody's to review.
  const profile: Profile = request.scratch ? { ...merged.profile, workspace: 'bind' } : merged.profile;
  const [real, claims] = await Promise.all([withRealPaths(profile), claimsOf(config, realPathOf)]);
  const agent = agentOf(profile.agent);
  checkProvider(profile, agent);
  checkPermissions(merged, agent);
  const workspace = lookAtWorkspace(context, real, project);
  workspace.catch(() => {});
  const shared = await sharedDirectory(profile, agent, context);
  return {
    profile: real,
    agent,
    project,
    claims,
    shared,
    projectFile,
    workspace,
    resume: request.resume ?? false,
    name: request.name,
  };
}

/** A login and the client's own folder are no matter of a project. */
async function projectSettings(
  { paths }: Context,
  { flags, scratch, login }: Wanted,
  merged: MergedProfile,
  project: ProjectFacts,
): Promise<Settled> {
  if (scratch || login) return { merged, env: {}, notices: [], seen: undefined };
  const ignore = flags.projectFile === false;
  return withProjectFile({ paths, merged, project: project.path, knownAgents: AGENT_NAMES, ignore });
}

interface Bound {
  readonly client: string;
  readonly project: ProjectFacts;
}

/** The client and the project of a run. Throws UserError. */
export function boundOf(context: Context, request: Pick<Wanted, 'dir' | 'flags' | 'scratch'>): Promise<Bound> {
  return (request.scratch ? scratchOf : projectOf)(context, request);
}

async function projectOf(context: Context, { dir, flags }: Pick<Wanted, 'dir' | 'flags'>): Promise<Bound> {
  const [config, project] = await Promise.all([context.config(), projectFacts(dir, context.cwd)]);
  return { client: await bindingOf(config, project.path, flags.client, realPathOf), project };
}

async function scratchOf(context: Context, { flags }: Pick<Wanted, 'flags'>): Promise<Bound> {
  const client = await clientHere(context, flags.client);
  return { client, project: await scratchFacts(context, client) };
}

/** The engine of a run, by its flag and its settings. */
export function engineOf(context: Context, request: Wanted, profile: Profile): Promise<Engine> {
  return context.engine({ flag: request.flags.engine, profile: profile.engine });
}

/** What the plan of a run must know of this machine. */
export async function hostFacts(
  { paths, caller, platform, env }: Context,
  engine: Engine,
  chosen: Chosen,
): Promise<HostFacts> {
  const [facts, home, own] = await Promise.all([
    engine.facts(),
    realPathOf(paths.home),
    Promise.all([paths.configDir, paths.configFile, paths.dataDir, paths.cacheDir].map(realPathOf)),
  ]);
  const { claims, shared } = chosen;
  const socket = socketOf(facts.endpoint);
  const endpoint = socket.startsWith('/') ? await realPathOf(socket) : socket;
  const directory = join(tmpdir(), `agentbox-ssh-${randomBytes(8).toString('hex')}`);
  const sshAgent = { socket: env['SSH_AUTH_SOCK'] || undefined, directory };
  return {
    ...{ caller, paths, home, own, engine: { ...facts, endpoint }, claims, platform, shared, sshAgent },
    workspace: { ...(await chosen.workspace), continues: await continuedClone({ paths }, engine, chosen) },
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

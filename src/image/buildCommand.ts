import { resolve } from 'node:path';
import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { bindingOf } from '../config/binding.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import type { Profile } from '../config/profile.ts';
import { withProjectFile } from '../config/projectFile/settle.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import { clientHere } from '../credentials/clientHere.ts';
import type { Engine } from '../engine/engine.ts';
import { UsageError } from '../errors.ts';
import type { EngineKind } from '../plan/spec.ts';
import { printJson, say } from '../ui/io.ts';
import { buildAgent, rebuildAgent } from './buildAgent.ts';
import type { UserImage } from './userImage.ts';

/** The options of `agentbox build`. */
export interface BuildOptions {
  /** The project; this folder when there is none. */
  readonly dir?: string | undefined;
  readonly client?: string;
  readonly agent?: string;
  readonly all?: boolean;
  readonly rebuild?: boolean;
  readonly devcontainer?: boolean;
  /** Agrees to the devcontainer.json of the project. */
  readonly yes?: boolean;
  readonly engine?: EngineKind;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Builds what the agent of a client needs and is not there, or all of it anew; says so when there is nothing to do. */
export async function buildCommand(context: Context, options: BuildOptions): Promise<void> {
  if (options.all) return (await import('./buildAll.ts')).buildAll(context, forAll(options));
  const { profile, user } = await chosen(context, options);
  const engine = await context.engine({ flag: options.engine, profile: profile.engine });
  const target = { engine, agent: agentOf(profile.agent), profile, user };
  if (options.dryRun) return (await import('./buildDryRun.ts')).buildDryRun(context, target, options);
  const building = options.rebuild ? rebuildAgent(context, target, new Set()) : buildAgent(context, target);
  const { image, title, built: own } = await building;
  const built = [...own, ...(await gatewayOf(context, engine, profile, options))];
  if (options.json) return printJson(context.io, { image, built });
  say(context.io, built.length === 0 ? `${title}: nothing to build, ${image} is there` : `${title}: ${image}`);
}

/** A run would need it too; it is made without a word where it is there. */
async function gatewayOf(
  context: Context,
  engine: Engine,
  { network }: Profile,
  { rebuild }: BuildOptions,
): Promise<readonly string[]> {
  if (network !== 'gateway') return [];
  return (await import('./gateway.ts')).buildGateway(engine, context, rebuild);
}

/** The settings that count, and the image the user works in, of the project's devcontainer.json too where that counts. */
async function chosen(
  context: Context,
  options: BuildOptions,
): Promise<{ readonly profile: Profile; readonly user: UserImage | undefined }> {
  const config = await context.config();
  const dir = await realPathOf(resolve(context.cwd, options.dir ?? '.'));
  const client = await clientHere({ ...context, cwd: dir }, options.client);
  const flags = { ...NO_FLAGS, agent: options.agent, engine: options.engine, devcontainer: options.devcontainer };
  const merged = profileOf(config, client, flags, AGENT_NAMES);
  const request = { paths: context.paths, merged, project: dir, knownAgents: AGENT_NAMES, ignore: false };
  const { merged: settled, seen, notices } = await withProjectFile(request);
  const { profile } = settled;
  if (seen !== undefined) await bindingOf(config, dir, client, realPathOf);
  for (const notice of notices) say(context.io, `agentbox: ${notice}`);
  const own = profile.image === undefined ? undefined : { image: profile.image };
  if (!profile.devcontainer) return { profile, user: own };
  const [{ chosenDevcontainer, seenDevcontainer }, { loadDevcontainer }] = await Promise.all([
    import('../devcontainer/choose.ts'),
    import('../devcontainer/load.ts'),
  ]);
  // Only a folder that has one is a project here; what is built otherwise is nobody's.
  if (!options.devcontainer && (await loadDevcontainer(dir)) === undefined) return { profile, user: own };
  await bindingOf(config, dir, client, realPathOf);
  const wanted = { profile, flags, project: dir, yes: options.yes === true };
  const found = await (options.dryRun ? seenDevcontainer : chosenDevcontainer)(context, wanted);
  return { profile, user: found?.image ?? own };
}

function forAll(options: BuildOptions): BuildOptions {
  const others = { dir: options.dir, '--agent': options.agent, '--devcontainer': options.devcontainer };
  const more = Object.entries({ ...others, '--dry-run': options.dryRun }).find(([, value]) => value !== undefined);
  if (more === undefined) return options;
  throw new UsageError(`--all builds for every agent, so ${more[0]} has no place beside it`, [
    'agentbox build --all [--client NAME] [--rebuild]',
    'agentbox build --agent NAME …',
  ]);
}

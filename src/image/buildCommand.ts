import type { Agent } from '../agents/agent.ts';
import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineKind, ImageSpec } from '../plan/spec.ts';
import { print, printJson, say } from '../ui/io.ts';
import { chooseImage, imagesOf } from './choose.ts';
import { ensureImages } from './ensure.ts';
import { newestVersion } from './newest.ts';
import { recordVersion } from './versions.ts';

/** The options of `agentbox build`. */
export interface BuildOptions {
  readonly client?: string;
  readonly agent?: string;
  readonly rebuild?: boolean;
  readonly engine?: EngineKind;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

type Chain = readonly [ImageSpec, ...ImageSpec[]];

/** Builds what the agent of a client needs and is not there, or all of it anew; says so when there is nothing to do. */
export async function buildCommand(context: Context, options: BuildOptions): Promise<void> {
  const { agent: name, engine: flag } = options;
  const config = await context.config();
  const { profile } = profileOf(
    config,
    options.client ?? DEFAULT_CLIENT,
    { ...NO_FLAGS, agent: name, engine: flag },
    AGENT_NAMES,
  );
  const agent = agentOf(profile.agent);
  const engine = await context.engine({ flag, profile: profile.engine });
  if (profile.image !== undefined) return custom(context, engine, agent, profile, options.json);
  const planned = await imagesOf(agent, profile, context.paths.dataDir);
  if (options.dryRun) return dryRun(context, engine, planned, options);
  const { specs, built } = options.rebuild
    ? await rebuild(context, engine, agent, profile)
    : { specs: planned, built: (await ensureImages(engine, planned, context)).built };
  const last = specs.at(-1) ?? specs[0];
  if (options.json) return printJson(context.io, { image: last.tag, built });
  say(
    context.io,
    built.length === 0 ? `${last.title}: nothing to build, ${last.tag} is there` : `${last.title}: ${last.tag}`,
  );
}

/** The base first, since the newest version is asked for in a box of it; a version is remembered once its image is there. */
async function rebuild(
  context: Context,
  engine: Engine,
  agent: Agent,
  profile: Profile,
): Promise<{ specs: Chain; built: readonly string[] }> {
  const { dataDir } = context.paths;
  const [base] = await imagesOf(agent, profile, dataDir);
  const first = await ensureImages(engine, [base], context, true);
  const follows = agent.package !== undefined && profile.agentVersion[agent.name] === undefined;
  const version = follows ? await newestVersion(engine, base.tag, agent.package, context) : undefined;
  const specs = await imagesOf(agent, profile, dataDir, version);
  const [next, ...others] = specs.slice(1);
  const second = next === undefined ? undefined : await ensureImages(engine, [next, ...others], context, true);
  if (version !== undefined) await recordVersion(dataDir, agent.name, version);
  // Of no use to anybody but boxes that still run on them; the agent's before the base's, which it is built on.
  for (const id of [...(second?.replaced ?? []), ...first.replaced]) await engine.removeImage(id).catch(() => {});
  return { specs, built: [...first.built, ...(second?.built ?? [])] };
}

async function custom(
  context: Context,
  engine: Engine,
  agent: Agent,
  profile: Profile,
  json: boolean | undefined,
): Promise<void> {
  const { ref } = await chooseImage(engine, agent, profile, context);
  if (json) return printJson(context.io, { image: ref, built: [] });
  say(context.io, `client ${profile.client} uses its own image ${ref}: nothing to build`);
}

async function dryRun(context: Context, engine: Engine, specs: Chain, { rebuild, json }: BuildOptions): Promise<void> {
  const rows = await Promise.all(
    specs.map(async ({ tag, title, folder, from, args }) => {
      const there = (await engine.image(tag)) !== undefined;
      const flags = Object.entries({ FROM: from, ...args }).map(([name, value]) => `--build-arg ${name}=${value}`);
      const command = [
        engine.kind,
        'build',
        ...(rebuild ? ['--no-cache'] : []),
        '-t',
        tag,
        ...flags,
        `images/${folder}`,
      ];
      return { image: tag, title, there, from, args, command: command.join(' ') };
    }),
  );
  if (json) return printJson(context.io, rows);
  if (rebuild) say(context.io, 'built anew, with the newest version in the place of the one below');
  for (const row of rows) {
    print(context.io, `${row.title}: ${row.image} (${row.there && !rebuild ? 'is there' : 'to be built'})`);
    print(context.io, `  ${row.command}`);
  }
}

import { AGENT_NAMES } from '../agents/index.ts';
import { profileOf } from '../config/merge.ts';
import type { Context } from '../context.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { hasTerminal } from '../ui/terminal.ts';
import { type KeptWorkspace, keptWorkspaces } from '../workspace/kept.ts';
import { allRecords } from '../workspace/record.ts';
import { unreviewed } from '../workspace/unreviewed.ts';
import { whatIsLeft } from '../workspace/whatIsLeft.ts';
import { named, resumed, type Turn } from './again.ts';
import { boundOf } from './resolveRun.ts';
import type { RunCommand } from './run.ts';

/** What a run turns out to be, and on which engine. */
export type Found = Extract<Turn, { kind: 'run' }> | (Extract<Turn, { kind: 'attach' }> & { readonly engine: Engine });

/** What a run with `--name` or `--resume` is: see again.ts. Asks the engine for its boxes once. */
export async function turn(context: Context, request: RunCommand): Promise<Found> {
  const config = await context.config();
  const { name, flags } = request;
  // A box that is there has its own project, whatever this folder is.
  const bound = await boundOf(context, request).catch((error: unknown) => {
    if (name === undefined || !(error instanceof UserError)) throw error;
    return undefined;
  });
  const profile = bound && profileOf(config, bound.client, flags, AGENT_NAMES).profile;
  const engine = await context.engine({
    flag: flags.engine,
    profile: profile?.engine ?? config.defaults.engine ?? 'auto',
  });
  const present = {
    boxes: newestFirst(await engine.boxes({})),
    ...{ data: context.paths.dataDir, terminal: hasTerminal(context.io), now: context.now().getTime() },
  };
  if (name !== undefined) {
    const found = named(request, name, present);
    // A clone whose box is gone goes on in a new one, if that is of the same client, project and agent.
    const goesOn = ({ workspace, client, project, agent }: KeptWorkspace) =>
      request.resume &&
      workspace === 'clone' &&
      profile?.workspace === 'clone' &&
      client === bound?.client &&
      project === bound.project.path &&
      agent === profile.agent;
    if (found.kind === 'run' && found.request.replaces === undefined) await refuseLeft(context, engine, name, goesOn);
    return on(engine, found);
  }
  const found = resumed(
    request,
    { client: bound?.client ?? '', project: bound?.project.path ?? '', agent: profile?.agent ?? '' },
    present,
  );
  return on(engine, found);
}

/** A box that is started anew stays on its engine. */
function on(engine: Engine, found: Turn): Found {
  if (found.kind === 'attach') return { ...found, engine };
  const { request } = found;
  if (request.replaces === undefined) return found;
  return { kind: 'run', request: { ...request, flags: { ...request.flags, engine: engine.kind } } };
}

/** A name stays taken while something is left of the workspace of the box that had it. */
async function refuseLeft(
  context: Context,
  engine: Engine,
  name: string,
  goesOn: (kept: KeptWorkspace) => boolean,
): Promise<void> {
  const kept = (await keptWorkspaces(context, engine)).find(({ box }) => box === name);
  if (kept !== undefined && goesOn(kept)) return;
  const left = kept && (await whatIsLeft(context, engine, kept));
  if (kept !== undefined && left !== undefined) throw unreviewed({ kept, left }, `agentbox rm --force ${name}`);
  const elsewhere = (await allRecords(context.paths)).find((one) => one.box === name && one.engine !== engine.kind);
  if (elsewhere === undefined) return;
  throw new UserError('box', `there is a box ${name} already`, {
    why: `on ${elsewhere.engine}`,
    next: [`agentbox ls --engine ${elsewhere.engine}`, 'or another --name'],
  });
}

function newestFirst(boxes: readonly BoxInfo[]): readonly BoxInfo[] {
  return [...boxes].sort((a, b) => b.created.localeCompare(a.created));
}

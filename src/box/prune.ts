import { clientDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { type BoxInfo, type Engine, LABEL } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { fromLabels, labelsOfClient } from '../plan/labels.ts';
import type { EngineKind } from '../plan/spec.ts';
import { clientsWithState } from '../state/clientState.ts';
import { withLock } from '../state/lock.ts';
import { print, printJson, say } from '../ui/io.ts';
import { sweepClones } from '../workspace/clone/sweepClones.ts';
import { type KeptWorkspace, keptWorkspaces } from '../workspace/kept.ts';
import { removeKept } from '../workspace/removeKept.ts';
import { settle } from '../workspace/settle.ts';
import { waysToReview } from '../workspace/unreviewed.ts';
import { whatIsLeft } from '../workspace/whatIsLeft.ts';

/** What `agentbox prune` was asked. */
export interface PruneOptions {
  readonly engine?: EngineKind;
  readonly client?: string;
  readonly dryRun?: boolean;
  /** What nobody has reviewed as well. */
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Milliseconds after which a helper box of agentbox's own is one that was left over; none works for so long. */
const HELPER_AGE = 2 * 3_600_000;

interface Removed {
  readonly name: string;
  readonly what: string;
}

interface Stays {
  readonly name: string;
  readonly why: string;
  readonly next: readonly string[];
}

interface Pruned {
  readonly removed: readonly Removed[];
  readonly kept: readonly Stays[];
}

/**
 * Removes boxes that ended, clones and records with nothing in them, and helper boxes that were left over. What holds work that
 * nobody has reviewed stays, and is told, unless forced.
 */
export async function prune(context: Context, options: PruneOptions): Promise<void> {
  const config = await context.config();
  const engine = await context.engine({ flag: options.engine, profile: config.defaults.engine ?? 'auto' });
  if (!options.dryRun) {
    await settle(context, options.client);
    const clients = options.client === undefined ? await clientsWithState(context.paths) : [options.client];
    for (const client of clients) await sweepClones(context, engine, client);
  }
  const { removed, kept } = await pruneAll(context, engine, options);
  if (options.json) return printJson(context.io, { removed, kept });
  const verb = options.dryRun ? 'would remove' : 'removed';
  for (const { name, what } of removed) print(context.io, `${verb} ${what} ${name}`);
  for (const { name, why, next } of kept) {
    print(context.io, `kept ${name}: ${why}`);
    for (const line of next) say(context.io, `  ${line}`);
  }
  if (removed.length === 0 && kept.length === 0) say(context.io, 'nothing to remove');
}

async function pruneAll(context: Context, engine: Engine, options: PruneOptions): Promise<Pruned> {
  const { client } = options;
  const [boxes, kept, helpers] = await Promise.all([
    engine.boxes(client === undefined ? {} : labelsOfClient(client)),
    keptWorkspaces(context, engine, client),
    client === undefined ? engine.boxes({ [LABEL]: 'helper' }) : [],
  ]);
  const ours = boxes.filter(({ labels }) => fromLabels(labels).data === context.paths.dataDir);
  const results: Pruned[] = [];
  const dead = await neverStarted(context, engine, ours);
  const over = ours.filter(({ id, state }) => state === 'exited' || dead.has(id));
  const wanted = options.force ? [] : ours.filter(({ labels }) => fromLabels(labels).keep || fromLabels(labels).waits);
  for (const box of wanted.filter(({ state }) => state === 'exited' || state === 'created')) {
    const why = fromLabels(box.labels).waits ? 'it waits for its start' : 'it was run with --keep';
    results.push({ removed: [], kept: [{ name: box.name, why, next: [`agentbox rm ${box.name}`] }] });
  }
  for (const workspace of kept) {
    const box = ours.find(({ name }) => name === workspace.box);
    if (box === undefined || (over.includes(box) && !wanted.includes(box))) {
      results.push(await pruneWorkspace(context, engine, workspace, box, options));
    }
  }
  const waiting = options.force
    ? ours.filter(({ state, labels }) => state === 'created' && fromLabels(labels).waits)
    : [];
  const alone = [...over, ...waiting].filter(
    (box) => !wanted.includes(box) && !kept.some((workspace) => workspace.box === box.name),
  );
  const old = helpers.filter(({ created }) => context.now().getTime() - Date.parse(created) > HELPER_AGE);
  for (const [what, list] of [['box', alone] as const, ['helper', old] as const]) {
    for (const { id, name } of list) {
      if (!options.dryRun) await engine.remove(id);
      results.push({ removed: [{ name, what }], kept: [] });
    }
  }
  // The volume of a gateway stays while a box has it.
  const { endIdleGateways } = await import('../network/keeper/endIdleGateways.ts');
  const gateways = await endIdleGateways(context, engine, ours, { client, dryRun: options.dryRun ?? false });
  results.push({ removed: gateways.map((name) => ({ name, what: 'the gateway' })), kept: [] });
  return { removed: results.flatMap(({ removed }) => removed), kept: results.flatMap((result) => result.kept) };
}

/**
 * The ids of boxes that were created and never started, and never will be: under the lock of their client no other launcher is at
 * it.
 */
async function neverStarted(context: Context, engine: Engine, boxes: readonly BoxInfo[]): Promise<ReadonlySet<string>> {
  const isCreated = ({ state, labels }: BoxInfo) => state === 'created' && !fromLabels(labels).waits;
  const created = boxes.filter(isCreated);
  const dead = new Set<string>();
  for (const client of new Set(created.map(({ labels }) => fromLabels(labels).client))) {
    const ids = await withLock(clientDir(context.paths, client), async () => {
      const now = await engine.boxes(labelsOfClient(client, context.paths.dataDir));
      return now.filter(isCreated).map(({ id }) => id);
    });
    // Those that came meanwhile are another launcher's.
    for (const { id } of created) if (ids.includes(id)) dead.add(id);
  }
  return dead;
}

/** The workspace of a box that ended, and the box with it; both stay where something is left. */
async function pruneWorkspace(
  context: Context,
  engine: Engine,
  kept: KeptWorkspace,
  box: BoxInfo | undefined,
  { dryRun, force }: PruneOptions,
): Promise<Pruned> {
  const stays = (why: string, next: readonly string[]): Pruned => {
    return { removed: [], kept: [{ name: kept.box, why, next }] };
  };
  const left = force ? undefined : await whatIsLeft(context, engine, kept);
  if (left !== undefined) {
    return stays(`it has ${left}`, [...waysToReview(kept), `agentbox rm --force ${kept.box}`]);
  }
  const part = kept.workspace === 'clone' ? 'the clone of' : 'the record of';
  const what = box === undefined ? part : `${part}, and the box`;
  const removed = { removed: [{ name: kept.box, what }], kept: [] };
  if (dryRun) return removed;
  try {
    if (box !== undefined) await engine.remove(box.id);
    const gone = await removeKept(context, engine, kept, async () => isThere(engine, kept.box));
    return gone ? removed : stays('its box has just been started', []);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return stays(error.why ?? error.message, []);
  }
}

/** A box may have been made of it since it was looked at. */
async function isThere(engine: Engine, name: string): Promise<boolean> {
  return (await engine.boxes({})).some((box) => box.name === name);
}

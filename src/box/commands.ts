import type { Context } from '../context.ts';
import { isAlive } from '../engine/alive.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UsageError, UserError } from '../errors.ts';
import { urlOf } from '../network/ports/publish.ts';
import { fromLabels, labelsOfClient } from '../plan/labels.ts';
import { print, printJson, say } from '../ui/io.ts';
import { hasTerminal, streamsOf } from '../ui/terminal.ts';
import { waiting } from '../ui/waiting.ts';
import { settle } from '../workspace/settle.ts';
import { attachTo } from './attach.ts';
import { blockedReader } from './blockedOf.ts';
import { boxTable } from './boxTable.ts';
import { findBox } from './find.ts';
import { type ListedBox, listBoxes } from './listBoxes.ts';
import { removeBox } from './removeBox.ts';
import { reviveKeepers } from './revive.ts';
import { startWaiting } from './startWaiting.ts';

type EngineOption = { readonly engine?: 'docker' | 'podman' };

/** What `agentbox ls` was asked. */
export type ListOptions = EngineOption & {
  readonly client?: string;
  readonly json?: boolean;
  readonly watch?: boolean;
};

/** Milliseconds between two frames of `ls --watch`, and between two looks for what has to be taken in. */
const FRAME = 2_000;

/** Prints the boxes, newest first: a table, or JSON with the same words; with `watch` again and again on the whole terminal. */
export async function list(context: Context, options: ListOptions): Promise<void> {
  if (options.watch && options.json) throw new UsageError('--watch draws, and --json is for programs');
  const engine = await engineOf(context, options);
  const blocked = blockedReader(context.paths);
  const rows = async () => {
    const boxes = await engine.boxes(options.client === undefined ? {} : labelsOfClient(options.client));
    const clients = boxes.map(({ labels }) => fromLabels(labels).client);
    const known = await blocked(options.client === undefined ? clients : [options.client]);
    return { boxes, rows: await listBoxes(context, engine, boxes, { client: options.client, blocked: known }) };
  };
  const text = (listed: readonly ListedBox[]) =>
    listed.length === 0
      ? 'no boxes'
      : boxTable(listed, { now: context.now().getTime(), home: context.paths.home, columns: widthOf(context.io) });
  if (options.watch) {
    const { redraw } = await import('../ui/redraw.ts');
    return redraw(context.io, async () => `${text((await rows()).rows)}\n\nq ends this`, FRAME);
  }
  await settle(context, options.client);
  const listed = await rows();
  await reviveKeepers(context, engine, listed.boxes);
  if (options.json) return printJson(context.io, listed.rows);
  if (listed.rows.length === 0) return say(context.io, 'no boxes');
  print(context.io, text(listed.rows));
  for (const { name, state, ports } of listed.rows) {
    if (state !== 'running' && state !== 'paused') continue;
    for (const port of ports) say(context.io, `${urlOf(port)} reaches port ${port.boxPort} in ${name}`);
  }
}

/**
 * Connects this terminal to a box until it ends or the keys let go of it; gives its exit code. One that waits for its start is
 * started.
 */
export async function attach(
  context: Context,
  text: string,
  options: EngineOption & { readonly detachKeys?: string },
): Promise<number> {
  const engine = await engineOf(context, options);
  const box = await findBox(engine, text);
  if (fromLabels(box.labels).waits) return startWaiting(context, engine, box.name, options.detachKeys);
  return attachTo(context, engine, await running(context, engine, box), options);
}

/** Runs argv in a running box and gives its exit code; with credentials of the box's client as variables of this program alone. */
export async function execIn(
  context: Context,
  text: string,
  argv: readonly string[],
  options: EngineOption & { readonly with?: readonly string[] },
): Promise<number> {
  if (argv.length === 0) throw new UsageError('exec: no command', [`agentbox exec ${text} -- COMMAND…`]);
  const engine = await engineOf(context, options);
  const box = await running(context, engine, await findBox(engine, text));
  const names = options.with ?? [];
  const payload =
    names.length === 0 ? undefined : await (await import('./execWith.ts')).payloadWith(context, box, names);
  return engine.exec(box.id, argv, { streams: streamsOf(context.io, hasTerminal(context.io)), payload });
}

/** Writes a box's output to stdout. */
export async function logs(
  context: Context,
  text: string,
  options: EngineOption & { follow?: boolean },
): Promise<void> {
  const engine = await engineOf(context, options);
  const box = await findBox(engine, text);
  await engine.logs(box.id, { out: context.io.out, follow: options.follow ?? false });
}

const STOP_SECONDS = 10;

/** Stops boxes: TERM, and KILL after ten seconds. */
export async function stop(context: Context, texts: readonly string[], options: EngineOption): Promise<void> {
  const engine = await engineOf(context, options);
  for (const text of texts) {
    const box = await findBox(engine, text);
    await waiting(context.io, `stopping ${box.name}`, engine.stop(box.id, STOP_SECONDS));
    say(context.io, `stopped ${box.name}`);
  }
}

/** Removes boxes and what is kept of their workspaces; one that runs, or has work that nobody has reviewed, only with `force`. */
export async function remove(
  context: Context,
  texts: readonly string[],
  options: EngineOption & { force?: boolean },
): Promise<void> {
  const engine = await engineOf(context, options);
  for (const text of texts) await removeBox(context, engine, text, options.force ?? false);
}

/** A box that runs, by what the user calls it, and its engine. Throws UserError('box'). */
export async function runningBox(
  context: Context,
  text: string,
  options: EngineOption,
): Promise<{ readonly engine: Engine; readonly box: BoxInfo }> {
  const engine = await engineOf(context, options);
  return { engine, box: await running(context, engine, await findBox(engine, text)) };
}

/** A terminal may have a new width with each frame. */
function widthOf({ out, outIsTerminal, columns }: Context['io']): number | undefined {
  return outIsTerminal ? ((out as { columns?: number }).columns ?? columns) : undefined;
}

async function engineOf(context: Context, options: EngineOption): Promise<Engine> {
  const config = await context.config();
  return context.engine({ flag: options.engine, profile: config.defaults.engine ?? 'auto' });
}

/** The box, alive: let go on where somebody paused it for a look and was killed. Throws UserError('box') for one that does not run. */
async function running(context: Context, engine: Engine, box: BoxInfo): Promise<BoxInfo> {
  if (box.state === 'paused') await engine.unpause(box.id);
  if (isAlive(box)) {
    await reviveKeepers(context, engine, [box]);
    return box;
  }
  const { keep, waits } = fromLabels(box.labels);
  throw new UserError('box', `${box.name} is not running`, {
    ...(waits ? { why: 'it waits for its start' } : {}),
    next: [
      ...(waits ? [`agentbox attach ${box.name}`] : []),
      ...(keep && !waits ? [`agentbox run --resume --name ${box.name}`] : []),
      ...(waits ? [] : [`agentbox logs ${box.name}`]),
      `agentbox rm ${box.name}`,
    ],
  });
}

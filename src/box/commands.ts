import type { Context } from '../context.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UsageError, UserError } from '../errors.ts';
import { urlOf } from '../network/ports/publish.ts';
import { fromLabels, labelsOfClient } from '../plan/labels.ts';
import { print, printJson, say } from '../ui/io.ts';
import { table } from '../ui/table.ts';
import { hasTerminal, streamsOf } from '../ui/terminal.ts';
import { formatSpan } from '../ui/time.ts';
import { attendBox } from '../workspace/attend.ts';
import { readRecord } from '../workspace/record.ts';
import { settle } from '../workspace/settle.ts';
import { findBox } from './find.ts';
import { listBoxes } from './listBoxes.ts';
import { removeBox } from './removeBox.ts';
import { reviveKeepers } from './revive.ts';
import { withSignals } from './signals.ts';

type EngineOption = { readonly engine?: 'docker' | 'podman' };

/** Prints the boxes, newest first: a table, or JSON with the same words. */
export async function list(
  context: Context,
  options: EngineOption & { client?: string; json?: boolean },
): Promise<void> {
  const engine = await engineOf(context, options);
  await settle(context, options.client);
  const boxes = await engine.boxes(options.client === undefined ? {} : labelsOfClient(options.client));
  await reviveKeepers(context, engine, boxes);
  const rows = await listBoxes(context, engine, boxes, options.client);
  if (options.json) return printJson(context.io, rows);
  if (rows.length === 0) return say(context.io, 'no boxes');
  const now = context.now().getTime();
  const lines = rows.map((row) => [
    row.name,
    row.client,
    row.agent,
    row.exitCode === undefined || row.state === 'running' ? row.state : `${row.state} (${row.exitCode})`,
    formatSpan(now - Date.parse(row.started)),
    row.unreviewed ? `${row.workspace}, to review` : row.workspace,
    row.project,
  ]);
  print(context.io, table(['BOX', 'CLIENT', 'AGENT', 'STATE', 'AGE', 'WORKSPACE', 'PROJECT'], lines));
  for (const { name, state, ports } of rows) {
    if (state === 'exited' || state === 'ended') continue;
    for (const port of ports) say(context.io, `${urlOf(port)} reaches port ${port.boxPort} in ${name}`);
  }
}

/** Connects this terminal to a running box until it ends; gives its exit code. */
export async function attach(context: Context, text: string, options: EngineOption): Promise<number> {
  const engine = await engineOf(context, options);
  const box = await runningBox(context, engine, text);
  const terminal = fromLabels(box.labels).terminal;
  if (terminal && !hasTerminal(context.io)) {
    throw new UsageError(`${box.name} has a terminal, and this is none`, [`agentbox logs -f ${box.name}`]);
  }
  const running = await engine.attach(box.id, streamsOf(context.io, terminal));
  const record = await readRecord(context.paths, fromLabels(box.labels).client, box.name);
  const unattend = record === undefined ? undefined : attendBox(context, record, { engine, id: box.id, terminal });
  const { code } = await withSignals({ engine, id: box.id, running }).finally(unattend);
  return code;
}

/** Runs argv in a running box and gives its exit code. */
export async function execIn(
  context: Context,
  text: string,
  argv: readonly string[],
  options: EngineOption,
): Promise<number> {
  if (argv.length === 0) throw new UsageError('exec: no command', [`agentbox exec ${text} -- COMMAND…`]);
  const engine = await engineOf(context, options);
  const box = await runningBox(context, engine, text);
  return engine.exec(box.id, argv, { streams: streamsOf(context.io, hasTerminal(context.io)) });
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
    await engine.stop(box.id, STOP_SECONDS);
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

async function engineOf(context: Context, options: EngineOption): Promise<Engine> {
  const config = await context.config();
  return context.engine({ flag: options.engine, profile: config.defaults.engine ?? 'auto' });
}

async function runningBox(context: Context, engine: Engine, text: string): Promise<BoxInfo> {
  const box = await findBox(engine, text);
  // Whoever paused it for a look was killed before it could go on.
  if (box.state === 'paused') await engine.unpause(box.id);
  if (box.state === 'running' || box.state === 'paused') {
    await reviveKeepers(context, engine, [box]);
    return box;
  }
  throw new UserError('box', `${box.name} is not running`, {
    next: [`agentbox logs ${box.name}`, `agentbox rm ${box.name}`],
  });
}

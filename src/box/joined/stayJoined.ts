import type { Context } from '../../context.ts';
import type { Engine, RunningBox } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { say } from '../../ui/io.ts';
import { calm, streamsOf } from '../../ui/terminal.ts';
import { attendBox } from '../../workspace/attend.ts';
import type { WorkspaceRecord } from '../../workspace/record.ts';
import { type Ending, withSignals } from '../signals.ts';
import { watchUnattended } from '../watcher/watchUnattended.ts';
import { joinBox, type Presence } from './presence.ts';
import { shareSize } from './shareSize.ts';

/** A box that this program shows, and looks after. */
export interface JoinedBox {
  readonly engine: Engine;
  readonly name: string;
  readonly client: string;
  /** It has a terminal, and so has the caller. */
  readonly terminal: boolean;
  readonly running: RunningBox;
  /** The record of its workspace; undefined where there is nothing to look after. */
  readonly record: Pick<WorkspaceRecord, 'client' | 'box' | 'project' | 'workspace' | 'facts'> | undefined;
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/**
 * Stays with a box until it ends or somebody lets go of it, with `closed` done at its end while nobody else does; a box that was let go
 * of gets somebody who looks after its project, and a line says how to come back.
 */
export async function stayJoined(
  context: Context,
  box: JoinedBox,
  closed: (code: number) => Promise<void>,
): Promise<number> {
  const { engine, name, running, record, terminal } = box;
  const { id } = running;
  const control = terminal ? streamsOf(context.io, true).terminal : undefined;
  const presence = await joinBox(context, id, control?.size()).catch(aloneThere);
  try {
    const ending = await attended(context, box, presence, control);
    if (!ending.left) {
      await closed(ending.code);
      return ending.code;
    }
    if (terminal && ending.code === 0) calm(context.io);
    if (ending.code === 0) say(context.io, `agentbox: ${name} runs on: agentbox attach ${name}`);
    await presence.leave();
    if (record !== undefined) await leaveAlone(context, { engine, client: box.client, terminal: false, id });
    return ending.code;
  } finally {
    await presence.leave();
  }
}

async function attended(
  context: Context,
  { engine, running, record, terminal, timeout }: JoinedBox,
  presence: Presence,
  control: ReturnType<typeof streamsOf>['terminal'],
): Promise<Ending> {
  const { id } = running;
  const isMine = () => presence.isFirst();
  const unattend = record === undefined ? undefined : attendBox(context, record, { engine, id, terminal, isMine });
  const unshare = control === undefined ? undefined : shareSize(engine, id, control, presence);
  try {
    return await withSignals({ engine, id, running, timeout });
  } finally {
    unshare?.();
    await unattend?.();
  }
}

/** Without the folder in which the others would be seen, this one does as if there were none. */
function aloneThere(error: unknown): Presence {
  if (!(error instanceof UserError)) throw error;
  return { isFirst: () => true, sizes: () => [], resized() {}, onChange() {}, async leave() {} };
}

/** When nobody is joined to a box: its terminal gets a size, its project somebody who looks after it. What goes wrong is told. */
export async function leaveAlone(
  context: Context,
  { engine, client, terminal, id }: Pick<JoinedBox, 'engine' | 'client' | 'terminal'> & { readonly id: string },
): Promise<void> {
  try {
    if (terminal) await engine.resize(id, { rows: 24, columns: 80 });
    await watchUnattended(context, client, engine);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    say(context.io, `agentbox: nobody looks after the project while the box runs: ${error.message}`);
  }
}

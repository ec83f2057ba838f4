import type { Context } from '../context.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { fromLabels } from '../plan/labels.ts';
import { say } from '../ui/io.ts';
import { findKept } from '../workspace/findKept.ts';
import { type KeptWorkspace, keptWorkspaces } from '../workspace/kept.ts';
import { removeKept } from '../workspace/removeKept.ts';
import { settle } from '../workspace/settle.ts';
import { unreviewed } from '../workspace/unreviewed.ts';
import { whatIsLeft } from '../workspace/whatIsLeft.ts';
import { findBox } from './find.ts';

/**
 * Removes a box with what is kept of its workspace, or that alone where the box is gone; commits that can come back come back
 * first. Throws UserError('box') for one that runs and UserError('refused') for work that nobody has reviewed, unless forced.
 */
export async function removeBox(context: Context, engine: Engine, text: string, force: boolean): Promise<void> {
  const { box, kept } = await boxOrKept(context, engine, text);
  // One that stands still for a look at its project lives as well.
  if ((box?.state === 'running' || box?.state === 'paused') && !force) {
    throw new UserError('box', `${box.name} is running`, {
      next: [`agentbox stop ${box.name}`, `agentbox rm --force ${box.name}`],
    });
  }
  if (kept !== undefined && !force) {
    await settle(context, kept.client);
    const left = await whatIsLeft(context, engine, (await again(context, engine, kept)) ?? kept);
    if (left !== undefined) throw unreviewed({ kept, left }, `agentbox rm --force ${kept.box}`);
  }
  if (box !== undefined) await engine.remove(box.id);
  if (kept !== undefined) {
    await settle(context, kept.client);
    await removeKept(context, engine, kept);
  }
  const clone = kept?.workspace === 'clone' ? (box === undefined ? 'the clone of ' : 'its clone and ') : '';
  say(context.io, `removed ${clone}${box?.name ?? kept?.box}`);
}

interface Found {
  readonly box: BoxInfo | undefined;
  readonly kept: KeptWorkspace | undefined;
}

async function boxOrKept(context: Context, engine: Engine, text: string): Promise<Found> {
  const all = await keptWorkspaces(context, engine);
  try {
    const box = await findBox(engine, text);
    const ours = fromLabels(box.labels).data === context.paths.dataDir;
    return { box, kept: ours ? all.find((kept) => kept.box === box.name) : undefined };
  } catch (error) {
    const kept = findKept(all, text);
    if (kept === undefined) throw error;
    return { box: undefined, kept };
  }
}

async function again(context: Context, engine: Engine, { client, box }: KeptWorkspace) {
  return (await keptWorkspaces(context, engine, client)).find((kept) => kept.box === box);
}

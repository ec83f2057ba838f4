import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { type KeptWorkspace, keptWorkspaces } from '../workspace/kept.ts';
import { removeKept } from '../workspace/removeKept.ts';
import { waysToReview } from '../workspace/unreviewed.ts';
import { whatIsLeft } from '../workspace/whatIsLeft.ts';
import { enginesHere } from './running.ts';

/**
 * Throws UserError('refused') while a client has work in workspaces that nobody has reviewed; `force` is the command that does it
 * all the same. Commits that can come back are to be brought back before (settle). No box of the client may be running.
 */
export async function refuseUnreviewed(context: Context, client: string, force: string): Promise<void> {
  for (const { engine, kept } of await workspacesOf(context, client)) {
    const left = await whatIsLeft(context, engine, kept);
    if (left === undefined) continue;
    throw new UserError('refused', `client ${client} has work that nobody has reviewed: ${kept.box} has ${left}`, {
      next: [...waysToReview(kept), `${force}   (all of it is gone then)`],
    });
  }
}

/** Removes what is left of the workspaces of a client, reviewed or not. Its boxes must not be running. */
export async function removeWorkspaces(context: Context, client: string): Promise<void> {
  for (const { engine, kept } of await workspacesOf(context, client)) {
    // A box that ended and is still there has the volume.
    for (const { id, name } of await engine.boxes({})) if (name === kept.box) await engine.remove(id);
    await removeKept(context, engine, kept);
  }
}

interface Kept {
  readonly engine: Engine;
  readonly kept: KeptWorkspace;
}

/** On every engine that is here; one may answer under both names. */
async function workspacesOf(context: Context, client: string): Promise<readonly Kept[]> {
  const engines = await enginesHere(context);
  const found = await Promise.all(
    engines.map(async (engine) =>
      (await keptWorkspaces(context, engine, client)).map((kept) => [kept.box, { engine, kept }] as const),
    ),
  );
  return [...new Map(found.flat()).values()];
}

import { realpath } from 'node:fs/promises';
import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { isWithin } from '../plan/guard.ts';
import { labelsOfClient } from '../plan/labels.ts';
import type { BoxSpec } from '../plan/spec.ts';
import { aliveBoxes } from '../state/running.ts';
import { plain } from '../ui/plain.ts';
import { changeableBy } from './held.ts';
import { recordsOf } from './record.ts';

/**
 * Makes sure that what is mounted is what was looked at: an engine follows links when it mounts, and a box of the same client that has
 * the project as well may put one there meanwhile. To be called under the client's lock. Throws UserError('refused').
 */
export async function guardMountSources(
  context: Pick<Context, 'paths' | 'engine'>,
  { box, profile, project }: Pick<Prepared, 'profile' | 'project'> & { readonly box: Pick<BoxSpec, 'mounts'> },
): Promise<void> {
  const mounted = box.mounts.filter(({ volume }) => volume !== true).map(({ source }) => source);
  // Of a clone the project is mounted before, where it is made.
  const sources = [...new Set([project.path, ...mounted])];
  const records = (await recordsOf(context.paths, profile.client)).filter(({ workspace }) => workspace === 'bind');
  const near = records.filter((record) => sources.some((source) => changeableBy(source, [record]) !== undefined));
  if (near.length > 0) {
    const alive = await aliveBoxes(context, labelsOfClient(profile.client, context.paths.dataDir));
    const others = near.filter((record) => alive.includes(record.box));
    for (const source of sources) {
      const other = changeableBy(source, others);
      if (other !== undefined) throw changeable(source, other);
    }
  }
  // Nothing in the client's own folder is mounted by its name, and a first run has yet to make it.
  if (project.scratch) return;
  // A box that ended only now may have changed what was looked at before.
  const inProject = sources.filter((source) => isWithin(source, project.path));
  await Promise.all(
    inProject.map(async (source) => {
      if ((await realpath(source).catch(() => undefined)) !== source) throw changed(source);
    }),
  );
}

function changeable(path: string, box: string): UserError {
  return new UserError('refused', `${plain(path)} cannot be mounted while ${box} runs`, {
    why: 'that box could put a link to anything else of this machine in its place',
    next: [`agentbox attach ${box}`, `agentbox stop ${box}, then run this again`],
  });
}

function changed(path: string): UserError {
  return new UserError('refused', `${plain(path)} has just changed`, { next: ['run it again'] });
}

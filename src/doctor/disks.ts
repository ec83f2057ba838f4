import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Paths } from '../config/paths.ts';
import type { Disk, EngineReport } from './facts.ts';

/** Free room where agentbox and the engines keep things; what lies in a virtual machine cannot be told. */
export async function gatherDisks(paths: Paths, engines: readonly EngineReport[]): Promise<readonly Disk[]> {
  const places = [
    { path: paths.dataDir, purpose: 'state' },
    ...engines.flatMap(({ kind, facts }) => {
      const storage = facts?.details?.storage;
      return storage === undefined ? [] : [{ path: storage, purpose: `images of ${kind}` }];
    }),
  ];
  const disks = await Promise.all(
    places.map(async ({ path, purpose }) => {
      const free = await freeAt(path);
      return free === undefined ? [] : [{ path, purpose, free }];
    }),
  );
  return disks.flat();
}

/** Free bytes at a path, or at the nearest folder above it that is there. */
async function freeAt(path: string): Promise<number | undefined> {
  const found = await statfs(path).catch(() => undefined);
  if (found !== undefined) return found.bavail * found.bsize;
  return path === dirname(path) ? undefined : freeAt(dirname(path));
}

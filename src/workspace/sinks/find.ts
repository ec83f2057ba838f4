import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedSink } from '../facts.ts';
import { above } from './above.ts';
import { identify } from './identity.ts';
import type { FoundSink } from './walk.ts';

/** Deep enough for any folder of hooks; a box could make one without an end. */
const DEEPEST = 8;

/** What there is of the paths that the host's settings name; of a folder all that is in it. No link is followed. */
export function findNamed(project: string, named: readonly NamedSink[]): readonly FoundSink[] {
  return named.flatMap(({ path, reason }): readonly FoundSink[] => {
    const link = linkAbove(project, path);
    if (link !== undefined) return [{ path: link, kind: 'link', reason }];
    const entry = identify(project, path);
    if (entry === undefined) return [];
    if (entry.kind !== 'directory') return [{ path, kind: entry.kind, reason }];
    const found = { path, kind: entry.kind, reason, root: path };
    return [found, ...filesBelow(project, path, DEEPEST).map((file) => ({ ...file, reason, root: path }))];
  });
}

/** The first folder above a path that is a link in truth, and leads to who knows where. */
function linkAbove(project: string, path: string): string | undefined {
  return above(path).find((folder) => identify(project, folder)?.kind === 'link');
}

function filesBelow(project: string, folder: string, depth: number): readonly Pick<FoundSink, 'path' | 'kind'>[] {
  return namesIn(join(project, folder)).flatMap((name) => {
    const path = `${folder}/${name}`;
    const kind = identify(project, path)?.kind;
    if (kind === undefined || name === '.git') return [];
    if (kind !== 'directory') return [{ path, kind }];
    return depth === 0 ? [] : filesBelow(project, path, depth - 1);
  });
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

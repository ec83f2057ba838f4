import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { isSecretsFile } from '../mask/names.ts';
import type { Matches } from '../patterns.ts';
import { fold } from './fold.ts';
import { DEPENDENCIES } from './list.ts';
import { RULES, type RuleNode, step } from './rules.ts';

/** What something is in its folder, no link followed. */
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

/** Something that a program of the host would run. */
export interface FoundSink {
  /** Relative to the project. */
  readonly path: string;
  readonly kind: EntryKind;
  readonly reason: string;
  /** The folder of the list in which it lies; itself when it is that folder. */
  readonly root?: string;
}

/** What one walk through a project has seen. Paths are relative to the project. */
export interface Tree {
  readonly sinks: readonly FoundSink[];
  /** Folders with a `.git` of whatever kind; empty for the project itself. */
  readonly repositories: readonly { readonly place: string; readonly path: string; readonly kind: EntryKind }[];
  /** The HEAD of each folder that git takes for a repository by its content. */
  readonly bare: readonly string[];
  /** Files whose secrets are not for the box, by their names or the user's patterns. */
  readonly secrets: readonly FoundSecret[];
  /** Folders, but for those of installed packages. */
  readonly folders: readonly string[];
  /** What the user's own patterns protect: folders whole. */
  readonly protect: readonly { readonly path: string; readonly kind: EntryKind }[];
  /** Folders that cannot be looked into. */
  readonly closed: readonly string[];
  /** Links that lead out of the project. */
  readonly linksOut: number;
  /** Files with more than one link, as far as they were counted. */
  readonly hardLinks: number;
  readonly hardLinksCounted: boolean;
  /** False when the walk ended at its limit. */
  readonly complete: boolean;
}

/** A file with secrets. */
interface FoundSecret {
  readonly path: string;
  readonly kind: 'file' | 'link';
}

/** How a walk is made. */
export interface WalkOptions {
  readonly mask?: Matches | undefined;
  readonly protect?: Matches | undefined;
  /** Milliseconds that may go into asking files for their number of links. */
  readonly linkBudget?: number;
  /** Milliseconds after which the walk gives up. */
  readonly limit?: number;
}

interface Folder {
  readonly path: string;
  readonly rules: readonly RuleNode[];
  /** The folder of the list around it. */
  readonly within?: { readonly root: string; readonly reason: string };
  readonly isDependency: boolean;
}

/** Milliseconds in a row that a walk has to itself; what waits for an engine or carries a terminal goes on in between. */
const SLICE = 8;
/** What is deeper has a path that no call of the system takes. */
const LONGEST = 3_500;
const LIMIT = 120_000;

/**
 * Walks through a project once: each folder is read once, no link followed, nothing in a `.git` looked at. It takes the
 * event loop for a few milliseconds at a time (100,000 files: 0.12 s in all).
 */
export async function walk(root: string, options: WalkOptions = {}): Promise<Tree> {
  const tree = {
    ...{ sinks: [] as FoundSink[], repositories: [] as Tree['repositories'][number][], bare: [] as string[] },
    folders: [] as string[],
    ...{ secrets: [] as FoundSecret[], protect: [] as Tree['protect'][number][], closed: [] as string[] },
    ...{ linksOut: 0, hardLinks: 0, hardLinksCounted: true, complete: true },
  };
  const began = performance.now();
  let slice = began;
  let linkTime = options.linkBudget ?? 0;
  const stack: Folder[] = [{ path: '', rules: [RULES], isDependency: false }];
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    const now = performance.now();
    if (now - began > (options.limit ?? LIMIT)) return { ...tree, complete: false };
    if (now - slice > SLICE) {
      await breathe();
      slice = performance.now();
    }
    const entries = entriesOf(root, folder.path);
    if (entries === undefined) {
      if (folder.path !== '') tree.closed.push(folder.path);
      continue;
    }
    const marks = new Map<string, string>();
    for (const entry of entries) {
      const kind = kindOf(entry);
      const name = fold(entry.name);
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (name === '.git') {
        tree.repositories.push({ place: folder.path, path, kind });
        continue;
      }
      if (BARE.has(name)) marks.set(name, path);
      if (kind === 'file' && linkTime > 0) {
        const asked = performance.now();
        if (linksOf(root, path) > 1) tree.hardLinks += 1;
        linkTime -= performance.now() - asked;
        if (linkTime <= 0) tree.hardLinksCounted = false;
      }
      if (kind === 'link' && leadsOut(root, path)) tree.linksOut += 1;
      if (options.protect?.(path, kind === 'directory')) tree.protect.push({ path, kind });
      if ((kind === 'file' || kind === 'link') && isMasked(path, name, folder, options)) {
        tree.secrets.push({ path, kind });
      }
      const next = nextRules(folder, name);
      const sink = sinkOf(folder, path, kind, next);
      if (sink !== undefined) tree.sinks.push(sink);
      if (kind !== 'directory') continue;
      if (!folder.isDependency) tree.folders.push(path);
      const lost = entry.name.includes('\ufffd') || path.length > LONGEST;
      if (lost) tree.closed.push(path);
      else stack.push(below(folder, path, name, next, sink));
    }
    const head = headOfBare(marks);
    if (head !== undefined) tree.bare.push(head);
  }
  return tree;
}

const BARE = new Set(['head', 'objects', 'refs', 'commondir']);

/** git's own test, but that it also reads HEAD. With `commondir` the rest may be anywhere. */
function headOfBare(marks: ReadonlyMap<string, string>): string | undefined {
  return (marks.has('objects') && marks.has('refs')) || marks.has('commondir') ? marks.get('head') : undefined;
}

function isMasked(path: string, name: string, folder: Folder, { mask }: WalkOptions): boolean {
  return (!folder.isDependency && isSecretsFile(name)) || mask?.(path, false) === true;
}

const NONE: readonly RuleNode[] = [];

function nextRules({ rules, within, isDependency }: Folder, name: string): readonly RuleNode[] {
  if (within !== undefined || isDependency) return NONE;
  const [only, ...others] = rules;
  if (only !== undefined && others.length === 0) {
    const next = step(only, name);
    return next === undefined ? NONE : [next];
  }
  return rules.flatMap((rule) => step(rule, name) ?? []);
}

function sinkOf({ within }: Folder, path: string, kind: EntryKind, next: readonly RuleNode[]): FoundSink | undefined {
  if (within !== undefined) return kind === 'directory' ? undefined : { path, kind, ...within };
  const end = next.find(({ ends }) => ends);
  if (end !== undefined) return { path, kind, reason: end.reason, ...(kind === 'directory' ? { root: path } : {}) };
  // A link in the place of a folder of which only a part is a sink brings that part along.
  return kind === 'link' && next[0] !== undefined ? { path, kind, reason: next[0].reason } : undefined;
}

function below(
  folder: Folder,
  path: string,
  name: string,
  next: readonly RuleNode[],
  sink: FoundSink | undefined,
): Folder {
  const within = sink === undefined ? folder.within : { root: path, reason: sink.reason };
  const isDependency = folder.isDependency || DEPENDENCIES.has(name);
  return { path, rules: [RULES, ...next], isDependency, ...(within === undefined ? {} : { within }) };
}

function entriesOf(root: string, path: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(path === '' ? root : `${root}/${path}`, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Gone since its own folder was read.
    if (path !== '' && (code === 'ENOENT' || code === 'ENOTDIR')) return [];
    if (path !== '' && (code === 'EACCES' || code === 'EPERM' || code === 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

function kindOf(entry: Dirent): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

function linksOf(root: string, path: string): number {
  return lstatSync(`${root}/${path}`, { throwIfNoEntry: false })?.nlink ?? 0;
}

function leadsOut(root: string, path: string): boolean {
  try {
    const target = readlinkSync(`${root}/${path}`);
    if (isAbsolute(target)) return target !== root && !target.startsWith(`${root}/`);
    const place = normalize(join(dirname(path), target));
    return place === '..' || place.startsWith('../');
  } catch {
    return false;
  }
}

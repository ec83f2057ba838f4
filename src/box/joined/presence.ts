import {
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import type { TerminalSize } from '../../engine/engine.ts';
import { runtimeSocket } from '../../network/keeper/runtimeDirectory.ts';

/** Milliseconds between two signs of life, and without one after which somebody counts as gone: killed, or stopped. */
const BEAT = 2_000;
const GONE = 7_000;
const DAY = 24 * 3_600_000;

type Deps = Pick<Context, 'env' | 'platform' | 'caller'>;

/** Who is joined to a box: each program that is has a file in a folder that only the caller can enter. */
export interface Presence {
  /** True for the one who has been there longest, who alone looks after the box's project. */
  isFirst(): boolean;
  /** The sizes of all terminals that show the box. */
  sizes(): readonly TerminalSize[];
  /** The size of this one's terminal from now on. */
  resized(size: TerminalSize): void;
  /** Calls back when somebody came, went or changed their size; at the latest two seconds later. */
  onChange(callback: () => void): void;
  leave(): Promise<void>;
}

/** Makes this program one of those that are joined to a box. Throws UserError('state') where the folder cannot be used. */
export async function joinBox(deps: Deps, id: string, size: TerminalSize | undefined): Promise<Presence> {
  const folder = folderOf(deps, id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `${String(Date.now()).padStart(15, '0')}-${process.pid}`;
  const path = join(folder, name);
  let current = size;
  const write = () => writeFileSync(path, current === undefined ? '' : JSON.stringify(current));
  write();
  let changed = () => {};
  let watcher: FSWatcher | undefined;
  const beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // This program stood still, and was taken for gone.
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      write();
    }
    changed();
  }, BEAT);
  beat.unref();
  return {
    isFirst: () => present(folder)[0] === name,
    sizes: () => present(folder).flatMap((one) => sizeIn(join(folder, one))),
    resized(now) {
      current = now;
      write();
    },
    onChange(callback) {
      changed = callback;
      watcher = watch(folder, { persistent: false }, callback);
      watcher.on('error', () => {});
    },
    async leave() {
      clearInterval(beat);
      watcher?.close();
      rmSync(path, { force: true });
      await rmdir(folder).catch(() => {});
    },
  };
}

/** True while nobody is joined to a box; what is left of those who were killed goes. */
export function isAlone(deps: Deps, id: string): boolean {
  const folder = folderOf(deps, id);
  const alone = present(folder).length === 0;
  if (alone) rmSync(folder, { recursive: true, force: true });
  return alone;
}

/** Removes what is left of boxes whose launcher was killed a day ago or longer; who is there all the same comes back by themselves. */
export function sweepPresence(deps: Deps): void {
  const parent = dirname(folderOf(deps, ''));
  for (const name of readdirSync(parent).filter((one) => one.startsWith('box-'))) {
    const since = statSync(join(parent, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - since > DAY) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function folderOf(deps: Deps, id: string): string {
  return runtimeSocket(deps, `box-${id.slice(0, 12)}`);
}

/** The names of those who are there, the longest first. */
function present(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => Date.now() - (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0) < GONE)
      .sort();
  } catch {
    return [];
  }
}

function sizeIn(path: string): readonly TerminalSize[] {
  try {
    const { rows, columns } = JSON.parse(readFileSync(path, 'utf8')) as TerminalSize;
    return rows > 0 && columns > 0 ? [{ rows, columns }] : [];
  } catch {
    return [];
  }
}

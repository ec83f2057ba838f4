import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { warn } from '../ui/io.ts';
import { findPlanted, type Looking, type Planted, type Watched } from './aside/findPlanted.ts';
import { failedLine, movedLine, replacedLine } from './aside/tell.ts';
import { watchFolder } from './aside/watch.ts';
import { changesIn } from './sinks/appeared.ts';

/** Lines about one run; who plants without end shall not fill the terminal. */
const LINES = 20;
/** Things moved while a box runs; the rest waits for its end. */
const MOVES = 1_000;

/** A box that runs, and whether it has the caller's terminal. */
export interface AttendedBox {
  readonly engine: Pick<Engine, 'pause' | 'unpause'>;
  readonly id: string;
  readonly terminal: boolean;
  /** False while somebody else looks after it. */
  readonly isMine: () => boolean;
}

/** Watches the host's side of a workspace while its box runs; the answer ends that. */
export function attendBox(
  context: Context,
  watched: Watched,
  { engine, id, terminal, isMine }: AttendedBox,
): () => Promise<void> {
  if (watched.workspace !== 'bind' || watched.facts.baseline === undefined) return async () => {};
  // A box with a terminal has it raw, and may be in the middle of a line.
  const tell = (line: string) => warn(context.io, terminal ? `\r\nagentbox: ${line}\r` : `agentbox: ${line}`);
  const look = looker(context, watched, { engine, id, tell: few(tell, watched.box) });
  return watchFolder({ folder: watched.project, look: async () => (isMine() ? look() : undefined) });
}

interface Attended {
  readonly engine: Pick<Engine, 'pause' | 'unpause'>;
  readonly id: string;
  readonly tell: (line: string) => void;
}

/** One look at a project whose box runs: what appeared is moved aside while the box stands still. It never throws. */
export function looker(context: Looking, watched: Watched, { engine, id, tell }: Attended): () => Promise<void> {
  const { baseline } = watched.facts;
  const told = new Set<string>();
  const once = (line: string) => {
    if (!told.has(line)) tell(line);
    told.add(line);
  };
  let moves = 0;
  return async () => {
    if (baseline === undefined || moves >= MOVES) return;
    try {
      const { appeared, replaced } = await changesIn(context, watched.project, baseline);
      for (const path of replaced) once(replacedLine(path));
      if (appeared.length === 0) return;
      const planted = await standingStill({ engine, id, tell }, () => findPlanted(context, watched));
      for (const item of planted?.moved ?? []) tell(movedLine(item));
      for (const failure of planted?.failed ?? []) once(failedLine(failure));
      moves += planted?.moved.length ?? 0;
      if (moves >= MOVES) tell(`WARNING: ${watched.box} goes on so: nothing more is moved aside before its end`);
    } catch (error) {
      once(`cannot look after the project: ${error instanceof UserError ? error.message : String(error)}`);
    }
  };
}

/** Does something while a box stands still, where the engine can do that. */
async function standingStill(
  { engine, id, tell }: Attended,
  act: () => Promise<Planted | undefined>,
): Promise<Planted | undefined> {
  // A box that has ended cannot be paused, and need not.
  const paused = await engine.pause(id).catch(() => false);
  try {
    return await act();
  } finally {
    if (paused) await goOn(engine, id, tell);
  }
}

async function goOn(engine: Attended['engine'], id: string, tell: Attended['tell']): Promise<void> {
  for (let left = 2; ; left -= 1) {
    try {
      return await engine.unpause(id);
    } catch (error) {
      if (left > 0) continue;
      tell(`the box is paused and does not go on: ${error instanceof UserError ? error.message : String(error)}`);
      return;
    }
  }
}

function few(tell: (line: string) => void, box: string): (line: string) => void {
  let lines = 0;
  return (line) => {
    lines += 1;
    if (lines < LINES) tell(line);
    if (lines === LINES) tell(`there is more of this: agentbox diff ${box} shows what was moved aside`);
  };
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetOptions } from '../../cli/net.ts';
import { clientDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import { print, say } from '../../ui/io.ts';
import { paint } from '../../ui/paint.ts';
import { lineCutter } from '../gateway/lines.ts';
import { decisionLine } from './decisionLine.ts';
import { isNamed, profileHere } from './place.ts';
import { copyFrom, parsed } from './readLog.ts';

/** The flags of `agentbox net log`. */
export interface LogOptions extends NetOptions {
  readonly follow?: boolean;
  readonly box?: string;
  readonly denied?: boolean;
  readonly json?: boolean;
}

/** Milliseconds between two looks at a log that is followed. */
const LOOK = 250;

/** Prints the log of a client's decisions, oldest first; with `follow` until it is interrupted. */
export async function log(context: Context, options: LogOptions): Promise<void> {
  const { client } = await profileHere(context, options);
  const path = join(clientDir(context.paths, client), 'network.jsonl');
  const colours = await paint(context.io, 'out');
  const show = lineCutter((text) => {
    const line = parsed(text);
    if (line === undefined || (options.denied && line.verdict !== 'deny')) return;
    if (options.box !== undefined && !isNamed(line.box, options.box)) return;
    print(context.io, options.json ? JSON.stringify(line) : decisionLine(line, colours));
  });
  let any = false;
  for (const old of [`${path}.2`, `${path}.1`]) any = (await copyFrom(old, 0, show)) > 0 || any;
  let at = await copyFrom(path, 0, show);
  if (!any && at === 0) say(context.io, `nothing was decided for client ${client} so far`);
  if (!options.follow) return;
  for (let inode = await inodeOf(path); !context.io.out.destroyed; await sleep(LOOK)) {
    const now = await inodeOf(path);
    if (now !== inode) {
      // It was full and moved aside: first the rest of it.
      if (inode !== undefined) await copyFrom(`${path}.1`, at, show);
      at = 0;
      inode = now;
    }
    at += await copyFrom(path, at, show);
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.ino;
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { clientDir, type Paths } from '../config/paths.ts';
import { copyFrom, parsed } from '../network/commands/readLog.ts';
import { lineCutter } from '../network/gateway/lines.ts';
import type { LogLine } from '../network/protocol.ts';

/** What was refused to a box since a moment (milliseconds since 1970). */
export type Blocked = (client: string, box: string, since: number) => number;

/** Reads what clients' gateways refused; asked again, only what is new. Older logs that were moved aside are not counted. */
export function blockedReader(paths: Paths): (clients: readonly string[]) => Promise<Blocked> {
  const logs = new Map<string, Log>();
  return async (clients) => {
    for (const client of new Set(clients)) {
      const path = join(clientDir(paths, client), 'network.jsonl');
      const inode = (await stat(path).catch(() => undefined))?.ino ?? 0;
      const before = logs.get(client);
      const log = before?.inode === inode ? before : newLog(inode);
      logs.set(client, log);
      log.at += await copyFrom(path, log.at, log.take);
    }
    return (client, box, since) => (logs.get(client)?.denied.get(box) ?? []).filter((at) => at >= since).length;
  };
}

interface Log {
  readonly inode: number;
  /** Bytes that were read of it. */
  at: number;
  readonly take: (chunk: Uint8Array) => void;
  readonly denied: ReadonlyMap<string, readonly number[]>;
}

function newLog(inode: number): Log {
  const denied = new Map<string, number[]>();
  return { inode, at: 0, take: lineCutter((text) => count(denied, text)), denied };
}

function count(denied: Map<string, number[]>, text: string): void {
  // Most lines are of what was allowed.
  if (!text.includes('"deny"')) return;
  const line: LogLine | undefined = parsed(text);
  if (line?.verdict !== 'deny') return;
  const times = denied.get(line.box) ?? [];
  times.push(Date.parse(line.time));
  denied.set(line.box, times);
}

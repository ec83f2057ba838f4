import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { clientDir, type Paths } from '../config/paths.ts';
import { nearestRule } from '../network/policy/nearestRule.ts';

/** Bytes of the end of a log that are looked at, and hosts that are given. */
const TAIL = 64 * 1024;
const MOST = 20;

/** The rules that would let through what was blocked lately for a client, the last first. Throws what the file system throws. */
export async function recentlyBlocked(paths: Paths, client: string): Promise<readonly string[]> {
  const file = await open(join(clientDir(paths, client), 'network.jsonl'), 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL), 0, TAIL, Math.max(0, size - TAIL));
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n').reverse();
    return [...new Set(lines.flatMap(blockedIn))].slice(0, MOST);
  } finally {
    await file.close();
  }
}

function blockedIn(text: string): readonly string[] {
  try {
    const { verdict, reason, host, port } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (verdict !== 'deny' || reason !== 'not-allowed') return [];
    return typeof host === 'string' && typeof port === 'number' ? [nearestRule(host, port)] : [];
  } catch {
    // The first line of the tail is most often half a one.
    return [];
  }
}

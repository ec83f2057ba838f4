import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { onTestFinished } from 'vitest';

/** True when the tests run as root, so that owners can be changed and file systems mounted. */
export const isRoot = process.getuid?.() === 0;

/** Mounts a small file system at a new folder until the test ends; false when this machine does not let us. */
export function mountTmpfs(path: string, options: string): boolean {
  if (!isRoot) return false;
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'agentbox-test', path], { stdio: 'pipe' });
  } catch {
    return false;
  }
  onTestFinished(() => {
    execFileSync('umount', [path]);
  });
  return true;
}

/** Does `act` as a user whom modes keep out: root becomes one that owns nothing. */
export async function asOrdinary<T>(act: () => Promise<T>): Promise<T> {
  return isRoot ? asUser(65_534, act) : act();
}

/** Does `act` as an ordinary user. Needs root. */
export async function asUser<T>(uid: number, act: () => Promise<T>): Promise<T> {
  process.seteuid?.(uid);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}

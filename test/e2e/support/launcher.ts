import { spawnSync } from 'node:child_process';
import type { Lab } from './lab.ts';

/** The process that runs the lab's agentbox, below whatever made it another user's. */
export function launcherOf(lab: Lab): number {
  const { stdout } = spawnSync('pgrep', ['-f', `^(node )?${lab.dir}/bin/agentbox [^_]`], { encoding: 'utf8' });
  const [pid, ...others] = stdout.trim().split('\n').map(Number);
  // 0 would be everybody of this process's own group.
  if (!pid || others.length > 0) throw new Error(`one launcher, not: ${stdout}`);
  return pid;
}

import { spawnSync } from 'node:child_process';
import type { Lab } from './lab.ts';

/** Runs a script in the project (or `cwd`) as its owner, with a git identity; gives what it prints, throws where it fails. */
export function asOwner(
  { ground, home, project }: Pick<Lab, 'ground' | 'home' | 'project'>,
  script: string,
  cwd = project,
): string {
  const { uid, gid } = ground.owner;
  const as = process.getuid?.() === 0 ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [];
  const identity = ['AUTHOR', 'COMMITTER'].flatMap((who) => [`GIT_${who}_NAME=o`, `GIT_${who}_EMAIL=o@p.test`]);
  const [file = '', ...args] = [...as, 'env', `HOME=${home}`, ...identity, 'bash', '-ec', script];
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', cwd, timeout: 60_000 });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout;
}

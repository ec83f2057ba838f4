import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

/** The user of the host whose project it is, with a home that is not that of the caller of agentbox. */
export interface HostUser {
  /** Does something as that user; throws when it fails. */
  do(script: string, cwd?: string): void;
  /** The path of a file that must not come to be. */
  canary(name: string | number): string;
  /** The names of those that did. */
  fired(): readonly string[];
}

/** A user who has direnv trust all of the project, as people do who are tired of saying so. */
export function hostUser(lab: Lab): HostUser {
  const { uid, gid } = lab.ground.owner;
  const isRoot = process.getuid?.() === 0;
  const canaries = join(lab.dir, 'canary');
  const home = join(lab.dir, 'owner');
  mkdirSync(canaries);
  if (isRoot) chownSync(canaries, uid, gid);
  mkdirSync(join(home, '.config/direnv'), { recursive: true });
  writeFileSync(join(home, '.config/direnv/direnv.toml'), `[whitelist]\nprefix = ["${lab.project}"]\n`);
  const as = isRoot ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [];
  const people = ['AUTHOR', 'COMMITTER'].flatMap((who) => [`GIT_${who}_NAME=o`, `GIT_${who}_EMAIL=o@p.test`]);
  const variables = [`HOME=${home}`, `XDG_DATA_HOME=${canaries}`, `PATH=${process.env['PATH']}`, ...people];
  return {
    do(script, cwd = lab.project) {
      const [file = '', ...args] = [...as, 'env', '-i', ...variables, 'bash', '-c', script];
      const ended = spawnSync(file, args, { cwd, encoding: 'utf8', timeout: 60_000 });
      if (ended.status !== 0) throw new Error(`${script}: ${ended.stderr}`);
    },
    canary: (name) => join(canaries, `${name}`),
    // What direnv keeps there is its own.
    fired: () => (existsSync(canaries) ? readdirSync(canaries).filter((name) => name !== 'direnv') : []),
  };
}

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { clientDir, workspaceDir } from '../../../src/config/paths.ts';
import type { Context } from '../../../src/context.ts';
import { PLAIN_WORKSPACE } from '../../../src/workspace/facts.ts';
import { lookAtRepositories } from '../../../src/workspace/git/lookAtRepositories.ts';
import { openGit } from '../../../src/workspace/git/openGit.ts';
import { ownGitDir } from '../../../src/workspace/git/places.ts';
import { readRecord, type WorkspaceRecord, writeRecord } from '../../../src/workspace/record.ts';
import { testContext } from '../../unit/support/command.ts';
import { ownedDirectory, type TestEngine } from './engines.ts';

/** A project and the record of a bind box that ran on it: what the box did is done by git on its own git directory. */
export interface BindRun {
  readonly context: Context & { readonly written: { out: string; err: string } };
  readonly project: string;
  /** The box's own git directory. */
  readonly own: string;
  /** The folder of the box's record. */
  readonly folder: string;
  /** The record as it is on the disk. */
  record(): Promise<WorkspaceRecord>;
  /** A shell's script in the project, as its owner, on the host's repository or the box's; gives what it printed. */
  host(script: string): string;
  box(script: string): string;
  remove(): Promise<void>;
}

/** Who and where, without anybody's settings. */
const ENV = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@a.test', GIT_COMMITTER_NAME: 'c', GIT_COMMITTER_EMAIL: 'c@c.test' },
};

export const CLIENT = 'default';
export const BOX = 'agentbox-proj-shell-ab12';

/** Makes a project with what `script` does in it, and has a box begin with it. `at` is where the project is to be, a folder that is there. */
export async function bindRun(test: TestEngine, script: string, at?: string): Promise<BindRun> {
  const { path: dir, remove } = await ownedDirectory(test);
  chmodSync(dir, 0o755);
  const [home, project] = [join(dir, 'home'), at ?? join(dir, 'proj')];
  for (const path of [home, project]) mkdirSync(path, { recursive: true });
  const as =
    process.getuid?.() === 0 ? ['setpriv', `--reuid=${test.uid}`, `--regid=${test.gid}`, '--clear-groups'] : [];
  const own = (path: string) => {
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', `${test.uid}:${test.gid}`, path]);
  };
  own(project);
  const sh = (text: string, env: Record<string, string> = {}) => {
    const [file = '', ...args] = [...as, 'sh', '-ec', text];
    const ended = spawnSync(file, args, { encoding: 'utf8', cwd: project, timeout: 60_000, env: { ...ENV, ...env } });
    if (ended.status !== 0) throw new Error(`${text}: ${ended.stderr}`);
    return ended.stdout;
  };
  sh(script);
  const context = { ...testContext(home), engine: async () => test.engine };
  const facts = await lookAtRepositories(
    { workspace: 'bind', git: { name: undefined, email: undefined } },
    { path: project },
  );
  const folder = workspaceDir(context.paths, CLIENT, BOX);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const user = { uid: test.uid, gid: test.gid, keepId: test.keepId };
  const starts = await openGit(folder, facts.repositories, context.caller, user);
  const record: WorkspaceRecord = {
    ...{ format: 1, box: BOX, client: CLIENT, agent: 'shell', project, workspace: 'bind', engine: test.kind },
    ...{ runtime: undefined, user, target: '/workspace', started: '2026-01-02T03:04:05Z' },
    ...{ facts: { ...PLAIN_WORKSPACE, ...facts }, starts },
  };
  await writeRecord(context.paths, record);
  // Rootless podman is a user of its own here, and has to get there.
  if (test.kind === 'podman') own(clientDir(context.paths, CLIENT));
  for (const path of [
    home,
    join(home, '.local'),
    join(home, '.local/share'),
    context.paths.dataDir,
    join(context.paths.dataDir, 'clients'),
  ])
    chmodSync(path, 0o755);
  const gitDir = ownGitDir(folder, 0);
  const borrowed = facts.repositories[0]?.objects.join(':') ?? '';
  return {
    ...{ context, project, folder, own: gitDir, host: (text) => sh(text), remove },
    async record() {
      const now = await readRecord(context.paths, CLIENT, BOX);
      if (now === undefined) throw new Error('the record is gone');
      return now;
    },
    box(text) {
      // As nobody may enter the client's folder but its owner.
      const env = { ...ENV, GIT_DIR: gitDir, GIT_WORK_TREE: project, GIT_ALTERNATE_OBJECT_DIRECTORIES: borrowed };
      const quiet = 'git config --local advice.detachedHead false;';
      const all = { ...env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
      const ended = spawnSync('sh', ['-ec', `${quiet}${text}`], {
        encoding: 'utf8',
        cwd: project,
        timeout: 60_000,
        env: all,
      });
      own(gitDir);
      own(project);
      if (ended.status !== 0) throw new Error(`${text}: ${ended.stderr}`);
      return ended.stdout;
    },
  };
}

import { spawn, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { GIT_ENV } from '../../../../src/workspace/gitBox.ts';
import type { CloneBase, WorkspaceRecord } from '../../../../src/workspace/record.ts';
import type { ReviewedClone, RunGit } from '../../../../src/workspace/review/deps.ts';
import type { GiveTo } from '../../../../src/workspace/review/land.ts';

const PROGRAMS = fileURLToPath(new URL('../../../../images/workspace', import.meta.url));
const ENV = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8', ...GIT_ENV };

/** A project, and a clone of it as a box would leave it, in folders of a test's own. */
export interface Places {
  readonly dir: string;
  readonly project: string;
  readonly clone: string;
  readonly reviewed: ReviewedClone;
  readonly run: RunGit;
  /** Whose files are that helper boxes work on, where that is another than the caller. */
  readonly giveTo?: GiveTo;
  /** Another clone of the project as it is now. */
  another(name: string): Places;
  /** All of it once more, as it was made; the first stays as it is. */
  copy(): Places;
  close(): void;
}

/** Runs git in a folder with nobody's settings. Throws when it fails. */
export function git(dir: string, ...args: readonly string[]): string {
  const named = ['-c', 'user.name=Owner', '-c', 'user.email=owner@project.test', '-c', 'core.autocrlf=false'];
  const env = { ...ENV, GIT_CONFIG_COUNT: '0' };
  const ended = spawnSync('git', [...named, '-C', dir, ...args], { encoding: 'utf8', env, timeout: 60_000 });
  if (ended.status !== 0) throw new Error(`git ${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout;
}

/** What is special about a project: it has no git, it hashes with SHA-256, it is a linked worktree of another folder. */
export interface PlaceOptions {
  readonly plain?: boolean;
  readonly format?: 'sha1' | 'sha256';
  readonly linked?: boolean;
}

/** A project with what `fill` puts there, committed in a git repository unless `plain`, and its clone. */
export function makePlaces(fill: (project: string) => void, options: PlaceOptions = {}): Places {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'agentbox-review-')));
  const project = join(dir, 'project');
  mkdirSync(project);
  const { plain = false, format = 'sha1', linked = false } = options;
  if (linked) {
    const main = join(dir, 'main');
    git(dir, 'init', '-q', '-b', 'trunk', main);
    git(main, 'commit', '-q', '--allow-empty', '-m', 'root');
    git(main, 'worktree', 'add', '-q', '-b', 'main', project);
  } else if (!plain) git(project, 'init', '-q', '-b', 'main', `--object-format=${format}`);
  fill(project);
  return cloneOf(dir, project, 'one', options.plain === true);
}

function cloneOf(dir: string, project: string, name: string, plain: boolean): Places {
  const base = makeClone(dir, project, name, plain);
  return placesOf(dir, name, base);
}

function makeClone(dir: string, project: string, name: string, plain: boolean): CloneBase {
  const clone = join(dir, name, 'clone');
  const baseDir = join(dir, name, 'base');
  mkdirSync(join(dir, name));
  if (isLinked(project)) git(dir, 'clone', '-q', project, clone);
  else sh('cp', ['-a', project, clone]);
  if (plain) git(clone, 'init', '-q', '-b', 'main');
  const format = git(clone, 'rev-parse', '--show-object-format').trim() === 'sha256' ? 'sha256' : 'sha1';
  const tree = sh('sh', [join(PROGRAMS, 'snapshot'), join(clone, '.git'), clone, format], {
    GIT_OBJECT_DIRECTORY: baseDir,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(clone, '.git/objects'),
  }).trim();
  if (plain) {
    git(clone, 'add', '-A');
    git(clone, 'commit', '-q', '--allow-empty', '-m', 'The files as they were given to the box');
  } else git(clone, 'config', 'user.name', 'Agent');
  const head = headOf(clone);
  return {
    ...{ tree, format, refs: '', branch: plain ? null : 'refs/heads/main' },
    ...{ commit: plain ? null : head, baseline: plain ? head : null },
  };
}

function placesOf(dir: string, name: string, base: CloneBase): Places {
  const project = join(dir, 'project');
  const clone = join(dir, name, 'clone');
  const baseDir = join(dir, name, 'base');
  const plain = base.baseline !== null;
  const linked = isLinked(project);
  const commonDir = join(dir, linked ? 'main' : 'project', '.git');
  const gitDir = linked ? join(commonDir, 'worktrees/project') : commonDir;
  const objects = [join(commonDir, 'objects')];
  const repository = { place: '', dotGit: linked ? 'file' : 'directory', gitDir, commonDir, objects };
  const record = {
    ...{ box: `agentbox-test-${name}`, client: 'default', project, user: { uid: 0, gid: 0, keepId: false } },
    facts: { repositories: plain ? [] : [repository], guarded: [], masked: [], notices: [] },
  } as unknown as WorkspaceRecord;
  const temp = join(dir, name, 'temp');
  return {
    ...{ dir, project, clone },
    reviewed: {
      ...{ record, clone: { volume: clone, base }, baseDir, workDir: join(dir, name, 'apply'), selinux: false },
      objects: plain ? [] : objects,
    },
    run: runHere(temp),
    another: (other) => cloneOf(dir, project, other, plain),
    copy() {
      const other = realpathSync(mkdtempSync(join(tmpdir(), 'agentbox-review-')));
      sh('cp', ['-a', `${dir}/.`, other]);
      return placesOf(other, name, base);
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function isLinked(project: string): boolean {
  return lstatSync(join(project, '.git'), { throwIfNoEntry: false })?.isFile() === true;
}

function headOf(dir: string): string | null {
  const ended = spawnSync('git', ['-C', dir, 'rev-parse', '-q', '--verify', 'HEAD'], { encoding: 'utf8', env: ENV });
  return ended.status === 0 ? ended.stdout.trim() : null;
}

/** Runs the very programs of helper boxes, with folders of this machine in the place of mounts. */
function runHere(temp: string): RunGit {
  return async ({ script, args = [], mounts, input, output }) => {
    rmSync(temp, { recursive: true, force: true });
    mkdirSync(temp, { recursive: true });
    const places = [...mounts.map(({ target, source }) => [target, source] as const), ['/tmp', temp] as const];
    const here = (part: string) => {
      const place = places.find(([target]) => part === target || part.startsWith(`${target}/`));
      return place === undefined ? part : place[1] + part.slice(place[0].length);
    };
    const argv = args.map((arg) => (arg.startsWith('/') ? arg.split(':').map(here).join(':') : arg));
    const child = spawn('sh', [join(PROGRAMS, script), ...argv], { env: { ...ENV, TMPDIR: temp }, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {});
    (input ?? Readable.from([])).pipe(child.stdin);
    const exit = new Promise<number>((resolve) => {
      child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 1)));
    });
    if (output === undefined) child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    else await pipeline(child.stdout, output, { end: false });
    return { code: await exit, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
  };
}

function sh(file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const ended = spawnSync(file, args, { encoding: 'utf8', env: { ...ENV, ...env }, timeout: 60_000 });
  if (ended.status !== 0) throw new Error(`${file} ${args.join(' ')}: ${ended.stderr}`);
  return ended.stdout;
}

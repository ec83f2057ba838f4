/**
 * Workspaces of a large repository, as ratios within one run: the start of a box with `bind` and with `clone`, in time and on
 * disk, against `git clone --local --no-hardlinks` and `cp -a` of the same repository. Needs a built agentbox and an engine.
 * `npm run bench:workspaces -- [FILES [MEBIBYTES [ROUNDS [docker|podman]]]]`; by hand, at 100000 1024, it takes some minutes.
 */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { cloneVolumes } from '../e2e/support/clones.ts';
import { grounds } from '../e2e/support/engines.ts';
import { type Lab, makeLab } from '../e2e/support/lab.ts';

const [FILES = 10_000, MEBIBYTES = 100, ROUNDS = 2] = process.argv.slice(2, 5).map(Number);
const [, , , , , only = 'docker'] = process.argv;
const LIMIT = 600_000;
const PER_FOLDER = 200;

/** Seconds and bytes of one way to get at a repository. */
interface Measured {
  readonly seconds: number;
  readonly bytes: number;
}

const ground = grounds().find(({ name }) => name === only);
if (ground === undefined) throw new Error(`${only} does not work here`);
console.log(`npm run bench:workspaces -- ${FILES} ${MEBIBYTES} ${ROUNDS} ${only}\n`);
const lab = makeLab(ground);
try {
  lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  const began = performance.now();
  makeRepository(lab);
  console.log(
    `made in ${((performance.now() - began) / 1000).toFixed(0)} s: ${megabytes(diskOf(lab.project))} MB on disk`,
  );
  // The image, and what the engine and the disk keep in memory, are the same for all from here on.
  await start('bind');
  await report();
} finally {
  lab.close();
}

/** The contenders in turn, so that whatever else the machine does hits all alike. */
async function report(): Promise<void> {
  const ways: Readonly<Record<string, () => Promise<Measured> | Measured>> = {
    'git clone --local --no-hardlinks': () => copied(['git', 'clone', '-q', '--local', '--no-hardlinks', lab.project]),
    'cp -a': () => copied(['cp', '-a', lab.project]),
    'a box with bind': () => start('bind'),
    'a box with clone': () => start('clone'),
  };
  const all = Object.keys(ways).map((name) => ({ name, runs: [] as Measured[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, runs } of all) runs.push(await (ways[name] ?? (() => ({ seconds: 0, bytes: 0 })))());
  }
  const medians = all.map(({ name, runs }) => ({
    name,
    seconds: median(runs.map(({ seconds }) => seconds)),
    bytes: median(runs.map(({ bytes }) => bytes)),
  }));
  const [rival = { seconds: 1, bytes: 1 }] = medians;
  for (const { name, seconds, bytes } of medians) {
    const ratio = `${(seconds / rival.seconds).toFixed(2)} of its time, ${(bytes / rival.bytes).toFixed(2)} of its disk`;
    console.log(`${name.padEnd(34)} ${seconds.toFixed(2).padStart(7)} s ${megabytes(bytes).padStart(7)} MB   ${ratio}`);
  }
}

/** Random content, so that nothing of it is smaller in git; one commit. */
function makeRepository({ project }: Lab): void {
  const size = Math.max(1, Math.floor((MEBIBYTES * 1024 * 1024) / FILES));
  const { uid, gid } = ground?.owner ?? { uid: 0, gid: 0 };
  const own = (path: string) => process.getuid?.() === 0 && chownSync(path, uid, gid);
  for (let n = 0; n < FILES; n += 1) {
    const folder = join(project, `d${Math.floor(n / PER_FOLDER)}`);
    if (n % PER_FOLDER === 0) {
      mkdirSync(folder);
      own(folder);
    }
    const path = join(folder, `file-${n}.bin`);
    writeFileSync(path, randomBytes(size));
    own(path);
  }
  asOwner(['git', 'add', '-A']);
  asOwner(['git', '-c', 'user.name=o', '-c', 'user.email=o@p.test', 'commit', '-qm', 'large']);
  asOwner(['git', 'repack', '-adq']);
}

/** From the command to the agent's first word; the end of the run is not in it. */
async function start(workspace: 'bind' | 'clone'): Promise<Measured> {
  const flags = ground?.flags ?? [];
  const began = performance.now();
  const child = lab.start(['run', '--workspace', workspace, ...flags, '--', 'sh', '-c', 'echo up; read line']);
  const errors: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    void ended.then(() => reject(new Error(Buffer.concat(errors).toString())));
  });
  const seconds = (performance.now() - began) / 1000;
  const bytes = workspace === 'clone' ? volumeBytes() : recordBytes();
  child.stdin?.end('\n');
  const closing = performance.now();
  await ended;
  if (workspace === 'clone') console.log(`  its end took ${((performance.now() - closing) / 1000).toFixed(2)} s`);
  return { seconds, bytes };
}

function volumeBytes(): number {
  const [name = ''] = cloneVolumes(lab);
  return diskOf(lab.engine(['volume', 'inspect', '--format', '{{.Mountpoint}}', name]).trim());
}

/** What a box with bind has beside the project: git directories of its own. */
function recordBytes(): number {
  return diskOf(join(lab.data, 'clients/default/workspaces'));
}

function copied(argv: readonly string[]): Measured {
  const target = join(lab.dir, 'work', 'copy');
  const began = performance.now();
  asOwner([...argv, target]);
  const seconds = (performance.now() - began) / 1000;
  const bytes = diskOf(target);
  rmSync(target, { recursive: true });
  return { seconds, bytes };
}

function asOwner(argv: readonly string[]): void {
  const { uid, gid } = ground?.owner ?? { uid: 0, gid: 0 };
  const as = process.getuid?.() === 0 ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [];
  const [file = '', ...args] = [...as, 'env', `HOME=${lab.home}`, ...argv];
  const { status, stderr } = spawnSync(file, args, { cwd: lab.project, encoding: 'utf8', timeout: LIMIT });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}

function diskOf(path: string): number {
  const { stdout } = spawnSync('du', ['-s', '--block-size=1', path], { encoding: 'utf8', timeout: LIMIT });
  return Number(/^\d+/.exec(stdout)?.[0] ?? 0);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

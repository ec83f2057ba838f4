import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cloneVolumes } from './clones.ts';
import type { Ground } from './engines.ts';
import { endKeepers, gatewayVolumes } from './gateways.ts';

/** The one-file build, whose text a test may change. */
export const BUILT = fileURLToPath(new URL('../../../dist/agentbox', import.meta.url));
/** What labs run; `AGENTBOX_TEST_PROGRAM` names another one, such as a single executable. */
const PROGRAM = resolve(process.env['AGENTBOX_TEST_PROGRAM'] || BUILT);

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How agentbox is called in a test. */
export interface Call {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Hard limit in milliseconds; 90 s when not given. */
  readonly limit?: number;
}

/** A home directory, a project and a built agentbox of a test's own. */
export interface Lab {
  readonly ground: Ground;
  readonly dir: string;
  readonly home: string;
  readonly project: string;
  readonly data: string;
  /** argv that calls agentbox as the ground's user, whatever the environment; no place for a secret. */
  argv(args: readonly string[], env?: Readonly<Record<string, string>>): readonly string[];
  /** The same without the environment, which the one who starts it gives. */
  command(args: readonly string[]): readonly string[];
  environment(env?: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
  agentbox(args: readonly string[], call?: Call): Promise<Ended>;
  /** Starts it without waiting; the caller ends it. */
  start(args: readonly string[], call?: Call): ChildProcess;
  /** Writes config.yaml; where it says nothing of the network, it is open: most tests speak to servers of their own. */
  config(yaml: string): void;
  /** Writes a file that belongs to the caller; paths are absolute. */
  write(path: string, content: string, mode?: number): void;
  /** Writes a file as a box would: it belongs to the user of boxes. */
  writeState(path: string, content: string): void;
  /** Runs the engine's own command as the same user. */
  engine(args: readonly string[], env?: Readonly<Record<string, string>>): string;
  /** argv of the engine's own command, for the environment of the lab. */
  engineCommand(args: readonly string[]): readonly string[];
  /** Runs git in the project as its owner. */
  git(...args: readonly string[]): string;
  close(): void;
}

/** A single executable is large, so it is not copied where that can be avoided; nobody may write to it in a lab. */
function placeProgram(to: string): void {
  try {
    if (PROGRAM !== BUILT) {
      linkSync(PROGRAM, to);
      return;
    }
  } catch {
    // Another file system.
  }
  copyFileSync(PROGRAM, to);
}

/** Makes a lab with a small git repository as its project. Everything in it and every box of it goes with close(). */
export function makeLab(ground: Ground): Lab {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-e2e-'));
  chmodSync(dir, 0o755);
  const program = join(dir, 'bin', 'agentbox');
  const home = join(dir, 'home');
  const project = join(dir, 'work', 'proj');
  const data = join(home, '.local/share/agentbox');
  for (const path of [dirname(program), home, project]) mkdirSync(path, { recursive: true });
  placeProgram(program);
  const own = (path: string, { uid, gid }: { uid: number; gid: number }) => {
    if (process.getuid?.() === 0) chownSync(path, uid, gid);
  };
  own(home, ground.caller);
  own(dirname(project), ground.owner);
  own(project, ground.owner);
  const base: Record<string, string> = {
    HOME: home,
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    TERM: 'xterm-256color',
    ...(ground.runtimeDir === undefined ? {} : { XDG_RUNTIME_DIR: ground.runtimeDir }),
  };
  const environment = (env: Readonly<Record<string, string>> = {}) => ({ ...base, ...env });
  const command = (args: readonly string[]) => [...ground.as, program, ...args];
  const argv = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const variables = Object.entries(environment(env)).map(([name, value]) => `${name}=${value}`);
    return [...ground.as, 'env', '-i', ...variables, program, ...args];
  };
  const start = (args: readonly string[], call: Call = {}) => {
    const [file = '', ...rest] = command(args);
    return spawn(file, rest, { cwd: call.cwd ?? project, stdio: 'pipe', env: environment(call.env) });
  };
  const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = environment()) => {
    const ended = spawnSync(file, args, { encoding: 'utf8', timeout: 60_000, cwd: project, env });
    if (ended.status !== 0) throw new Error(`${file} ${args.join(' ')}: ${ended.stderr}`);
    return ended.stdout;
  };
  const asOwner =
    process.getuid?.() === 0
      ? ['setpriv', `--reuid=${ground.owner.uid}`, `--regid=${ground.owner.gid}`, '--clear-groups']
      : [];
  const git = (...args: readonly string[]) => {
    const [file = '', ...rest] = [...asOwner, 'env', `HOME=${home}`, 'git', '-C', project, ...args];
    return run(file, rest);
  };
  const engineCommand = (args: readonly string[]) => [...ground.as, ground.engine, ...args];
  const engine = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const [file = '', ...rest] = engineCommand(args);
    return run(file, rest, environment(env));
  };
  const write = (path: string, content: string, mode = 0o600) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
    for (let part = path; part.startsWith(`${home}/`); part = dirname(part)) own(part, ground.caller);
  };
  shareStorage(ground, home, write);
  git('init', '-q', '-b', 'main');
  run('sh', ['-c', `printf 'hello\\n' > ${project}/greeting.txt`]);
  own(join(project, 'greeting.txt'), ground.owner);
  git('add', '.');
  git('-c', 'user.name=owner', '-c', 'user.email=owner@project.test', 'commit', '-qm', 'first');
  return {
    ground,
    dir,
    home,
    project,
    data,
    argv,
    command,
    environment,
    start,
    agentbox: (args, call = {}) => ended(start(args, call), call),
    config: (yaml) => write(join(home, '.config/agentbox/config.yaml'), openUnlessSaid(yaml)),
    write,
    writeState(path, content) {
      writeFileSync(path, content, { mode: 0o600 });
      own(path, ground.owner);
    },
    engine,
    engineCommand,
    git,
    close() {
      // A keeper puts the gateway back that is taken from it.
      endKeepers({ dir });
      // Everything that runs on a folder of the lab; its path is in the labels.
      const boxes = engine(['ps', '-a', '--filter', 'label=dev.agentbox', '--format', '{{.ID}} {{.Labels}}'])
        .split('\n')
        .filter((line) => line.includes(`${dir}/`))
        .map((line) => line.split(' ')[0] ?? '');
      if (boxes.length > 0) engine(['rm', '-f', ...boxes]);
      const volumes = [...gatewayVolumes({ engine, data }), ...cloneVolumes({ engine, dir })];
      if (volumes.length > 0) engine(['volume', 'rm', ...volumes]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Podman finds its settings and storage by HOME. A lab has a home of its own, and the images of the user's. */
function shareStorage(ground: Ground, home: string, write: Lab['write']): void {
  const { user } = ground;
  if (ground.engine !== 'podman' || user === undefined) return;
  const theirs = `/home/${user}`;
  const settings = join(theirs, '.config/containers');
  write(join(home, '.config/containers/containers.conf'), readFileSync(join(settings, 'containers.conf'), 'utf8'));
  const storage = readFileSync(join(settings, 'storage.conf'), 'utf8');
  const graphRoot = `graphroot = "${join(theirs, '.local/share/containers/storage')}"`;
  write(
    join(home, '.config/containers/storage.conf'),
    storage.replace('[storage]', `[storage]\n${graphRoot}\nrunroot = "${ground.runtimeDir}/containers"`),
  );
}

/** Lines keep their numbers, for tests of errors. */
function openUnlessSaid(yaml: string): string {
  if (/\bnetwork"?:/.test(yaml)) return yaml;
  if (/^defaults:/m.test(yaml)) return yaml.replace(/^defaults: *\{/m, 'defaults: { network: open,');
  if (!yaml.startsWith('{')) return `${yaml.trimEnd()}\ndefaults: { network: open }\n`;
  const { defaults = {}, ...rest } = JSON.parse(yaml) as { defaults?: object };
  return JSON.stringify(
    { ...rest, defaults: { ...defaults, network: 'open' } },
    null,
    yaml.includes('\n') ? 2 : undefined,
  );
}

/** Waits for the end of a program, with a hard limit. */
export function ended(child: ChildProcess, call: Call = {}): Promise<Ended> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin?.on('error', () => {});
  child.stdin?.end(call.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), call.limit ?? 90_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** An address of this machine that boxes with an open network reach. */
export function hostAddress(): string {
  const all = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    name.startsWith('docker') ? [] : (list ?? []),
  );
  const found = all.find((address) => address.family === 'IPv4' && !address.internal);
  if (found === undefined) throw new Error('this machine has no IPv4 address besides the loopback');
  return found.address;
}

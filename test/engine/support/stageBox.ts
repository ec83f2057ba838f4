import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import * as pty from '@lydell/node-pty';
import { execa } from 'execa';
import { READY } from '../../../src/box/payload.ts';

/** An engine's own command line, to look at the entrypoint alone, without the code that usually drives it. */
export interface RawEngine {
  readonly name: string;
  /** What comes before `run`: the program, and whose it is. */
  readonly command: readonly string[];
  readonly flags: readonly string[];
  readonly uid: number;
  readonly podman: boolean;
}

export type Channel = 'stdin' | 'fd3' | 'terminal';

/** One box with the stage as its entrypoint. */
export interface StageRun {
  readonly image: string;
  readonly channel: Channel;
  readonly argv: readonly string[];
  readonly payload: Buffer;
  /** What follows the payload on stdin. */
  readonly input?: Buffer | string;
  /** `source:target` binds. */
  readonly binds?: readonly string[];
  readonly flags?: readonly string[];
}

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT = 50_000;

/** The engines that answer, or the reasons why not. */
export function rawEngines(): { engines: readonly RawEngine[]; missing: readonly string[] } {
  const engines: RawEngine[] = [];
  const missing: string[] = [];
  const root = process.getuid?.() === 0;
  const runtimes = ask(['docker', 'info', '--format', '{{range $name, $_ := .Runtimes}}{{$name}} {{end}}']);
  if (runtimes === undefined) missing.push('docker');
  else {
    const uid = root ? 12345 : (process.getuid?.() ?? 1000);
    const docker = { command: ['docker'], uid, podman: false };
    engines.push({ ...docker, name: 'docker', flags: [] });
    if (runtimes.split(' ').includes('runsc'))
      engines.push({ ...docker, name: 'docker with runsc', flags: ['--runtime', 'runsc'] });
  }
  const user = process.env['AGENTBOX_TEST_PODMAN_USER'] ?? (root ? 'agentbox-test' : undefined);
  const command = podmanCommand(user);
  if (command === undefined || ask([...command, 'info']) === undefined) missing.push('podman');
  else {
    const uid = Number(ask(user === undefined ? ['id', '-u'] : ['id', '-u', user]));
    const flags = ['--userns', 'keep-id', '--read-only-tmpfs=false', '--passwd=false'];
    engines.push({ name: 'podman', command, flags, uid, podman: true });
  }
  return { engines, missing };
}

function podmanCommand(user: string | undefined): readonly string[] | undefined {
  if (user === undefined) return ['podman'];
  const entry = ask(['getent', 'passwd', user])?.split(':');
  if (entry === undefined) return undefined;
  const [, , uid, , , home] = entry;
  const env = [
    `HOME=${home}`,
    `USER=${user}`,
    `PATH=${process.env['PATH']}`,
    `XDG_RUNTIME_DIR=/run/user/${uid}`,
    'TERM=xterm',
  ];
  return ['runuser', '-u', user, '--', 'env', '-i', '-C', `${home}`, ...env, 'podman'];
}

function ask([file = '', ...args]: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** A directory on the host that belongs to the user of the box; the second part removes it. */
export function ownedDirectory(engine: RawEngine): { path: string; remove: () => void } {
  const path = mkdtempSync('/tmp/agentbox-stage-');
  if (process.getuid?.() === 0) chownSync(path, engine.uid, engine.uid);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The argv of a hardened box whose PID 1 is tini and whose first program is the stage. */
function runArgv(engine: RawEngine, run: StageRun, tty: boolean): string[] {
  const { uid, podman } = engine;
  const owner = podman ? 'U' : `uid=${uid},gid=${uid}`;
  return [
    ...engine.command,
    'run',
    ...['-i', ...(tty ? ['-t'] : [])],
    ...['--read-only', '--cap-drop=ALL', '--security-opt', 'no-new-privileges', '--network', 'none'],
    ...(podman ? [] : ['--user', `${uid}:${uid}`]),
    ...['--tmpfs', '/tmp:rw,exec,mode=1777', '--tmpfs', `/home/agent:rw,exec,mode=0700,${owner}`],
    ...['--tmpfs', `/run/agentbox:rw,mode=0755,${owner}`, '--workdir', '/tmp'],
    ...engine.flags,
    ...(run.channel === 'fd3' ? ['--preserve-fds=1'] : []),
    ...(run.binds ?? []).flatMap((bind) => ['--volume', bind]),
    ...(run.flags ?? ['--rm']),
    ...['--entrypoint', '/usr/bin/tini', run.image, '--', '/usr/local/lib/agentbox/stage', run.channel, '--'],
    ...run.argv,
  ];
}

/** Runs a box without a terminal to its end; the payload comes over stdin or over descriptor 3. */
export async function runStage(engine: RawEngine, run: StageRun): Promise<Ended> {
  const [file = '', ...args] = runArgv(engine, run, false);
  const inherited = run.channel === 'fd3';
  const rest = Buffer.from(run.input ?? '');
  const child = execa(file, args, {
    reject: false,
    timeout: LIMIT,
    killSignal: 'SIGKILL',
    stripFinalNewline: false,
    stdio: ['pipe', 'pipe', 'pipe', inherited ? 'pipe' : 'ignore'],
  });
  // A box that ends early leaves the rest unread, which is no failure of the test.
  const feed = (stream: unknown, data: Buffer) => {
    if (stream instanceof Writable) stream.on('error', () => {}).end(data);
  };
  if (inherited) feed(child.stdio[3], run.payload);
  feed(child.stdin, inherited ? rest : Buffer.concat([run.payload, rest]));
  const { exitCode, stdout, stderr } = await child;
  return { code: exitCode ?? -1, stdout: String(stdout), stderr: String(stderr) };
}

/** Runs a box on a pty of ours; once the stage is ready it gets the payload and, right behind it, `input`. */
export async function runStageOnTerminal(engine: RawEngine, run: StageRun): Promise<{ code: number; output: string }> {
  const held = run.channel === 'fd3' ? mkdtempSync('/tmp/agentbox-payload-') : undefined;
  const argv = runArgv(engine, run, true);
  // A pty library hands over no further descriptors, so a shell opens the payload's.
  if (held !== undefined) {
    writeFileSync(join(held, 'payload'), run.payload);
    argv.unshift('sh', '-c', `exec 3<"$0"; exec "$@"`, join(held, 'payload'));
  }
  const [file = '', ...args] = argv;
  try {
    return await new Promise((resolve, reject) => {
      const terminal = pty.spawn(file, args, { cols: 200, rows: 50, name: 'xterm' });
      const timer = setTimeout(() => {
        terminal.kill('SIGKILL');
        reject(new Error(`a box took too long; it printed: ${output.slice(-500)}`));
      }, LIMIT);
      let output = '';
      let sent = false;
      terminal.onData((data) => {
        output += data;
        if (sent || (held === undefined && !output.includes(READY))) return;
        sent = true;
        if (held === undefined) terminal.write(run.payload.toString());
        if (run.input !== undefined) terminal.write(run.input.toString());
      });
      terminal.onExit(({ exitCode }) => {
        clearTimeout(timer);
        resolve({ code: exitCode, output });
      });
    });
  } finally {
    if (held !== undefined) rmSync(held, { recursive: true, force: true });
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ground } from './engines.ts';
import { eventually } from './gateways.ts';
import { type Ended, ended, type Lab, makeLab } from './lab.ts';
import { type Heard, makeHeard, startLabHost } from './labHosts.ts';
import { type LabNetwork, makeLabNetwork } from './labNetwork.ts';

/** A client `acme` with a gateway, hosts for it, and boxes that stay until they are told to end. */
export interface GatewayLab {
  readonly lab: Lab;
  readonly network: LabNetwork;
  readonly heard: Heard;
  /** What the brokered credential LAB_TOKEN is. */
  readonly value: string;
  /** Flags and environment that every run of the client takes. */
  readonly flags: readonly string[];
  /** Starts a box that stays, in a project of its own. */
  box(name: string): Promise<StayingBox>;
  agentbox(args: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

/** A box that does what it is told. */
export interface StayingBox {
  /** Its name. */
  readonly name: string;
  /** What it has in the place of the secret. */
  readonly placeholder: string;
  /** Runs a program in it. */
  run(argv: readonly string[], limit?: number): Promise<Ended>;
  /** Asks a host by curl; gives what it answered, or what curl or the gateway said. */
  ask(url: string, ...curl: readonly string[]): Promise<string>;
  /** Runs a mode of insideLoad.mjs; gives the last line that it prints, read as JSON. Throws when it fails. */
  load<T>(...args: readonly string[]): Promise<T>;
}

const LOAD = fileURLToPath(new URL('insideLoad.mjs', import.meta.url));
const VALUE = 'value-of-the-secret-0123456789abcdef';
const [GOOD, API, OTHER, SOURCE] = [10, 13, 17, 18] as const;
/** A source of bytes, on a port that a rule names; at 9001 of its address is another. */
export const SOURCE_AT = 'source.lab.test:9000';

/** Makes all of it; no box runs yet, nor gateway nor keeper. */
export async function makeGatewayLab(ground: Ground): Promise<GatewayLab> {
  const network = await makeLabNetwork();
  const heard = makeHeard();
  const at = network.address;
  const host = (name: string, last: number) =>
    startLabHost(network, { names: [`${name}.lab.test`], address: at(last), serve: heard.serve(name) });
  await host('good', GOOD);
  await host('api', API);
  await host('other', OTHER);
  network.names.set('source.lab.test', [at(SOURCE)]);
  network.take(at(SOURCE));
  const sources = await Promise.all(['9000', '9001'].map((port) => startSource(at(SOURCE), port)));
  const lab = makeLab(ground);
  lab.write(join(lab.home, 'keep/token'), VALUE);
  const token = { file: join(lab.home, 'keep/token'), hosts: ['api.lab.test'], deliver: 'broker' };
  const client = {
    agent: 'shell',
    network: 'gateway',
    projects: [join(lab.dir, 'work')],
    allow: [
      'good.lab.test',
      'api.lab.test',
      SOURCE_AT,
      network.lowerHalf,
      `${network.lowerHalf}:9000`,
      `${network.lowerHalf}:9001`,
    ],
    allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
    credentials: { LAB_TOKEN: token },
  };
  lab.config(JSON.stringify({ clients: { acme: client } }));
  const flags = [...ground.flags, '--client', 'acme', '--engine-arg', `dns=${network.dns.address}`];
  return {
    lab,
    network,
    heard,
    value: VALUE,
    flags,
    box: (name) => stayingBox(lab, network.env, flags, name),
    agentbox: (args) => lab.agentbox(args, { env: network.env }),
    close: async () => {
      lab.close();
      for (const source of sources) source.kill('SIGKILL');
      await network.close();
    },
  };
}

/** Starts a box that stays, of a client with LAB_TOKEN, in a project of its own; `env` is the caller's. */
export async function stayingBox(
  lab: Lab,
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
  name: string,
): Promise<StayingBox> {
  const project = join(lab.dir, 'work', name);
  mkdirSync(project);
  copyFileSync(LOAD, join(project, 'load.mjs'));
  if (process.getuid?.() === 0) chownSync(project, lab.ground.owner.uid, lab.ground.owner.gid);
  const script = 'printf %s "$LAB_TOKEN" > /workspace/placeholder; until [ -e /workspace/end ]; do sleep 0.2; done';
  const args = ['run', project, '--detach', ...flags, '--', 'sh', '-c', script];
  const started = await lab.agentbox(args, { env, limit: 300_000 });
  if (started.code !== 0) throw new Error(`${name} does not start: ${started.stderr}`);
  const box = started.stdout.trim();
  const file = join(project, 'placeholder');
  await eventually(() => {
    if (!existsSync(file) || readFileSync(file).length === 0) throw new Error(`${name} does not run`);
  });
  const run = (argv: readonly string[], limit = 60_000) => {
    const [program = '', ...rest] = lab.engineCommand(['exec', box, ...argv]);
    const options = { cwd: lab.project, stdio: 'pipe', env: lab.environment() } as const;
    return ended(spawn(program, rest, options), { limit });
  };
  return {
    name: box,
    placeholder: readFileSync(file, 'utf8'),
    run,
    ask: async (url, ...curl) => {
      const { stdout, stderr } = await run(['curl', '-sS', '-m', '25', ...curl, url]);
      return stdout + stderr;
    },
    load: async <T>(...load: readonly string[]) => {
      const { code, stdout, stderr } = await run(['node', '/workspace/load.mjs', ...load], 110_000);
      if (code !== 0) throw new Error(`${load.join(' ')}: ${code} ${stdout}${stderr}`);
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
    },
  };
}

/** A source of bytes as a process of its own, so that a test that waits for another program does not hold it up. */
function startSource(address: string, port: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [LOAD, 'serve', address, port], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`the source of bytes ended with ${code}`)));
  });
}

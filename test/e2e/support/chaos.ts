import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Ended, ended, type Lab } from './lab.ts';

export const CLIENTS = ['acme', 'globex'] as const;
type Client = (typeof CLIENTS)[number];
const WORKSPACES = ['bind', 'clone'] as const;

/** A box of the chaos that has done its work. */
export interface ChaosBox {
  readonly name: string;
  readonly client: Client;
  readonly workspace: (typeof WORKSPACES)[number];
  /** Names its work: `work-N.txt`, and with bind the branch `box-N`. */
  readonly index: number;
}

/** What happens to boxes, at random; the seed decides. */
export interface Chaos {
  readonly boxes: readonly ChaosBox[];
  /** What each client's boxes are told, and no other's may know. */
  readonly tokens: Readonly<Record<Client, string>>;
  project(client: Client): string;
  agentbox(args: readonly string[], limit?: number): Promise<Ended>;
  /** One random step; what goes wrong that should not is thrown. */
  step(): Promise<void>;
  /** Starts a box. */
  start(): Promise<void>;
  /** From now on steps may fail, since there is no engine. */
  suspend(on: boolean): void;
  /** Lets go of everything that is attached. */
  end(): Promise<void>;
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two clients, each with a project and a token, and nothing running yet. */
export function makeChaos(lab: Lab, random: () => number): Chaos {
  const tokens = { acme: token(), globex: token() };
  const env = { ACME_TOKEN: tokens.acme, GLOBEX_TOKEN: tokens.globex };
  const project = (client: Client) => join(lab.dir, 'work', client);
  for (const client of CLIENTS) copyProject(lab, project(client));
  const clients = Object.fromEntries(
    CLIENTS.map((client) => [
      client,
      {
        agent: 'shell',
        projects: [project(client)],
        network: 'gateway',
        env: { WHO: client },
        allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
        credentials: { TOKEN: { env: `${client.toUpperCase()}_TOKEN`, deliver: 'env' } },
      },
    ]),
  );
  lab.config(JSON.stringify({ defaults: { engine: lab.ground.engine }, clients }));
  const boxes: ChaosBox[] = [];
  const attached = new Set<ChildProcess>();
  let suspended = false;
  let count = 0;
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  const agentbox = (args: readonly string[], limit = 120_000) => lab.agentbox(args, { env, limit });
  const engine = (args: readonly string[]) => {
    const [file = '', ...rest] = lab.engineCommand(args);
    return ended(spawn(file, rest, { cwd: lab.project, env: lab.environment(), stdio: 'pipe' }), { limit: 60_000 });
  };
  /** A step of which the outcome must be right, unless the engine was away meanwhile. */
  const must = async (work: Promise<Ended>, right: (ended: Ended) => boolean) => {
    const before = suspended;
    const ended = await work;
    if (!before && !suspended && !right(ended)) throw new Error(`${ended.code} ${ended.stdout}${ended.stderr}`);
    return ended;
  };

  function runOf(client: Client, workspace: ChaosBox['workspace'], index: number) {
    const flags = ['--client', client, '--workspace', workspace, '--env', `N=${index}`, ...lab.ground.flags];
    return ['run', project(client), ...flags, '--detach', '--', 'bash', '-c', workOf(workspace)];
  }

  async function start(): Promise<void> {
    const index = count++;
    const client = CLIENTS[index % CLIENTS.length] ?? 'acme';
    const workspace = WORKSPACES[Math.floor(index / 2) % WORKSPACES.length] ?? 'bind';
    const { code, stdout } = await must(agentbox(runOf(client, workspace, index)), ({ code }) => code === 0);
    if (code !== 0) return;
    const name = stdout.trim();
    // One that is stopped before it has worked has nothing that could be lost.
    while ((await engine(['logs', name])).stdout === '') {
      if (suspended) return;
      await setTimeout(100);
    }
    boxes.push({ name, client, workspace, index });
  }

  /** The launcher dies at some moment; what there is of the box must be found by `ls` and go by `stop` and `prune`. */
  async function startKilled(): Promise<void> {
    const child = lab.start(runOf(pick(CLIENTS) ?? 'acme', pick(WORKSPACES) ?? 'bind', 1000 + count++), { env });
    const ending = ended(child, { limit: 120_000 });
    await setTimeout(random() * 1500);
    child.kill('SIGKILL');
    await ending;
  }

  async function attach(): Promise<void> {
    const box = pick(boxes);
    if (box === undefined) return;
    const child = lab.start(['attach', box.name], { env });
    attached.add(child);
    child.once('exit', () => attached.delete(child));
    child.stdout?.resume();
    child.stderr?.resume();
    await setTimeout(random() * 1000);
    if (random() < 0.7) child.kill(random() < 0.5 ? 'SIGKILL' : 'SIGHUP');
  }

  /** A program in a box says whose it is. */
  async function exec(): Promise<void> {
    const box = pick(boxes);
    if (box === undefined) return;
    const { code, stdout } = await agentbox(['exec', box.name, '--', 'cat', '/home/agent/.config/whose']);
    // A box that was stopped meanwhile runs nothing.
    if (code === 0 && stdout !== `${box.client}\n`) throw new Error(`${box.name} of ${box.client} has ${stdout}`);
  }

  async function stop(): Promise<void> {
    const box = pick(boxes);
    if (box === undefined) return;
    await must(agentbox(['stop', box.name]), ({ code }) => code === 0);
  }

  async function list(): Promise<void> {
    const { code, stdout } = await must(agentbox(['ls', '--json']), ({ code }) => code === 0);
    if (code !== 0) return;
    const rows = JSON.parse(stdout) as { name: string; client: string }[];
    for (const { name, client } of boxes) {
      const row = rows.find((row) => row.name === name);
      if (row !== undefined && row.client !== client)
        throw new Error(`${name} of ${client} is listed as ${row.client}`);
    }
  }

  const STEPS = [start, start, start, startKilled, attach, attach, exec, exec, stop, list];
  return {
    boxes,
    tokens,
    project,
    agentbox,
    start,
    step: async () => pick(STEPS)?.(),
    suspend: (on) => {
      suspended = on;
    },
    end: async () => {
      for (const child of attached) child.kill('SIGKILL');
      while (attached.size > 0) await setTimeout(20);
    },
  };
}

/** What the agent does: says whose it is, marks its client's state, works, and stays. */
function workOf(workspace: ChaosBox['workspace']): string {
  const git = 'git -c user.name=agent -c user.email=agent@box.test';
  const branch = workspace === 'bind' ? 'git switch -qc "box-$N"; ' : '';
  return `echo "$WHO" >> ~/.config/whose.all; echo "$WHO" > ~/.config/whose.$N; mv ~/.config/whose.$N ~/.config/whose
    ${branch}echo "work $N of $WHO" > work-$N.txt; git add work-$N.txt; ${git} commit -qm "work $N of $WHO" -- work-$N.txt
    echo "$WHO $TOKEN $N"; trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done`;
}

const token = () => `token-${randomBytes(12).toString('hex')}`;

/** A project like the lab's, of the same owner. */
function copyProject(lab: Lab, path: string): void {
  mkdirSync(path);
  if (process.getuid?.() === 0) chownSync(path, lab.ground.owner.uid, lab.ground.owner.gid);
  lab.git('clone', '-q', lab.project, path);
}

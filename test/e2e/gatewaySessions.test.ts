import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaks, type Places, plainCanary } from './support/canary.ts';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { type LabNetwork, makeLabNetwork, passTo } from './support/labNetwork.ts';
import { type Scanned, scanMemory } from './support/memory.ts';
import { containerPlaces, filesWith } from './support/places.ts';
import { type Seen, watchProcesses } from './support/processes.ts';
import { REAL_AGENTS, type RealAgent, type RunningModel } from './support/realAgents.ts';
import { ANTHROPIC_REPLY, GOOGLE_REPLY, OPENAI_REPLY, type Tokens, times, usageOf } from './support/usage.ts';

/** Where each agent finds its model by itself. */
const HOSTS: Readonly<Record<string, string>> = {
  claude: 'api.anthropic.com',
  codex: 'api.openai.com',
  opencode: 'api.anthropic.com',
  gemini: 'generativelanguage.googleapis.com',
};
/** What each reply took, as the agent notes it and as the gateway reads it. */
const TOOK: Readonly<Record<string, readonly [noted: Tokens, carried: Tokens]>> = {
  claude: [ANTHROPIC_REPLY, ANTHROPIC_REPLY],
  codex: [OPENAI_REPLY, OPENAI_REPLY],
  // It does not note for how long something is written to the cache.
  opencode: [{ ...ANTHROPIC_REPLY, cacheWrite: 7, cacheWrite1h: 0 }, ANTHROPIC_REPLY],
  gemini: [GOOGLE_REPLY, GOOGLE_REPLY],
};
const AGENTS = REAL_AGENTS.filter(({ name }) => HOSTS[name] !== undefined);
const CASES = gatewayGrounds().flatMap((ground) =>
  AGENTS.map((agent) => ({ agent, ground, name: agent.name, engine: ground.name })),
);
const WORK = [
  "sed -i 's/hello/hello from the box/' greeting.txt && git add -A && git commit -qm edited",
  'touch /workspace/there; until [ -e /workspace/go ]; do sleep 0.1; done; rm /workspace/there; echo went on',
].join(' && ');
const MODEL = 10;
const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';

// The model is at its usual address; the box has a placeholder for its key. While the agent runs a command, all is looked at.
describe.each(CASES)('the real $name with a brokered key on $engine', ({ agent, ground }) => {
  const key = plainCanary(agent.credential);
  let network: LabNetwork;
  let lab: Lab;
  let model: RunningModel;
  let seen: Looked;

  beforeAll(async () => {
    network = await makeLabNetwork();
    model = await agent.model([{ command: WORK }, { text: 'All is done.' }]);
    const host = HOSTS[agent.name] ?? '';
    network.names.set(host, [network.address(MODEL)]);
    await network.tls([host], { address: network.address(MODEL), port: 443 }, passTo(model.port));
    lab = makeLab(ground);
    lab.write(join(lab.home, 'keep/key'), key.value);
    lab.config(JSON.stringify({ clients: { acme: client(agent) } }));
    const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
    seen = await watched([]);
  });

  afterAll(async () => {
    lab?.close();
    await model?.close();
    await network?.close();
  });

  const client = ({ name, credential, env }: RealAgent) => ({
    agent: name,
    network: 'gateway',
    projects: [lab.project],
    allow: [network.lowerHalf],
    git: { name: 'Acme Robot', email: 'robot@acme.test' },
    allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
    credentials: { [credential]: { file: join(lab.home, 'keep/key') } },
    env: env ?? {},
  });

  async function watched(flags: readonly string[]): Promise<Looked> {
    const [there, go] = ['there', 'go'].map((name) => join(lab.project, name)) as [string, string];
    const dns = ['--engine-arg', `dns=${network.dns.address}`];
    const args = ['run', '.', ...ground.flags, '--client', 'acme', ...dns, ...flags, '--', ...agent.args('do it')];
    const watch = watchProcesses();
    const ending = lab.agentbox(args, { env: network.env, limit: 110_000 });
    await Promise.race([
      until(() => existsSync(there)),
      ending.then(({ code, stdout, stderr }) => Promise.reject(new Error(`${code}: ${stdout}${stderr}`))),
    ]);
    const { stdout } = await lab.agentbox(['ls', '--json', ...ground.flags.slice(0, 2)]);
    const boxes = JSON.parse(stdout) as { id: string; project: string }[];
    const id = boxes.find(({ project }) => project === lab.project)?.id ?? '';
    const box = containerPlaces(lab, id);
    const memory = scanMemory(lab, id, [key]);
    const processes = watch.stop();
    writeFileSync(go, '');
    const ended = await ending;
    rmSync(go);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('All is done.') });
    return { box, memory, processes, output: ended.stdout + ended.stderr };
  }

  it('edits a file of the project and commits it as the client, and its model gets the key', () => {
    expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello from the box\n');
    expect(lab.git('log', '-1', '--format=%an')).toBe('Acme Robot\n');
    const asked = model.requests.filter(({ headers }) => JSON.stringify(headers).includes(key.value));
    expect(asked.length).toBeGreaterThanOrEqual(2);
  });

  it('nothing in the box holds the key: no memory, no environment, no file', () => {
    expect(seen.memory.found).toEqual([]);
    expect(seen.memory.bytes).toBeGreaterThan(20e6);
    const state = new Map([['files of the lab', filesWith([lab.dir], '', [join(lab.home, 'keep')])]]);
    expect(leaks(state, [key])).toEqual([]);
  });

  it('neither engine nor any command line nor any word that is said holds it', () => {
    expect(leaks(seen.box, [key])).toEqual([]);
    const argv = new Map(seen.processes.map(({ pid, argv }) => [`argv of ${pid} ${argv}`, argv]));
    expect(leaks(argv, [key])).toEqual([]);
    const environ = new Map(seen.processes.map(({ pid, argv, environ }) => [`environ of ${pid} ${argv}`, environ]));
    expect(leaks(environ, [key])).toEqual([]);
    expect(leaks(new Map([['output', Buffer.from(seen.output)]]), [key])).toEqual([]);
  });

  it('the gateway alone holds it, where its container tells nothing of it', () => {
    const gateways = lab
      .engine(['ps', '-q', '--no-trunc', '--filter', 'label=dev.agentbox=gateway'])
      .trim()
      .split('\n');
    const places = gateways.flatMap((id) => (id === '' ? [] : [...containerPlaces(plain(lab), id)]));
    expect(places).not.toEqual([]);
    expect(leaks(new Map(places), [key])).toEqual([]);
  });

  it('its replies are counted once: as it noted them, and without its log as the gateway carried them', async () => {
    const [noted, carried] = TOOK[agent.name] ?? [];
    if (noted === undefined || carried === undefined) throw new Error(`nothing is known of ${agent.name}`);
    expect(await usageOf(lab, 'acme')).toMatchObject({
      total: { replies: 2, tokens: times(2, noted) },
      sources: [{ agent: agent.name, source: 'log', replies: 2 }],
    });
    const state = join(lab.data, 'clients/acme/agents', agent.name);
    renameSync(state, `${state}-away`);
    const { total, sources } = await usageOf(lab, 'acme');
    renameSync(`${state}-away`, state);
    // What an agent asks on the side, such as for a title, goes through the gateway too.
    expect(total.replies).toBeGreaterThanOrEqual(2);
    expect(total.tokens).toEqual(times(total.replies, carried));
    expect(sources).toEqual([{ agent: agent.name, source: 'gateway', replies: total.replies }]);
  });

  // The same look at a box that does have the key, so that finding nothing says something.
  (ALL || (agent.name === 'claude' && !ground.gvisor) ? it : undefined)?.(
    'a key that is delivered as a variable is found',
    async () => {
      const credentials = { [agent.credential]: { file: join(lab.home, 'keep/key'), deliver: 'env' } };
      lab.config(JSON.stringify({ clients: { acme: { ...client(agent), credentials } } }));
      lab.git('reset', '-q', '--hard', 'HEAD~1');
      const { memory } = await watched([]);
      expect(memory.found.filter((place) => place.startsWith('memory of'))).not.toEqual([]);
    },
  );
});

/** All that was seen of a box and of the host's processes. */
interface Looked {
  readonly box: Places;
  readonly memory: Scanned;
  readonly processes: readonly Seen[];
  readonly output: string;
}

/** A gateway runs on the engine's own runtime also where boxes run under gVisor. */
const plain = (lab: Lab): Lab => ({ ...lab, ground: { ...lab.ground, gvisor: false } });

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1800; tries += 1) {
    if (done()) return;
    await setTimeout(50);
  }
  throw new Error('it did not come to that within 90 s');
}

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chaos, type ChaosBox, CLIENTS, makeChaos, randomOf } from './support/chaos.ts';
import { cloneVolumes } from './support/clones.ts';
import { grounds } from './support/engines.ts';
import { eventually, gatewayIds, gatewayProcesses, gatewayVolumes } from './support/gateways.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';

const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
// Kills the Docker of this machine with all that runs in it, so only who has the machine alone asks for it.
const RESTART = process.env['AGENTBOX_TEST_RESTART_ENGINE'] === '1';
const START_ENGINE = fileURLToPath(new URL('../../scripts/setup/docker', import.meta.url));
const BOXES = ALL ? 20 : 4;
const LANES = ALL ? 4 : 2;
const STEPS = ALL ? 60 : 8;
const SEED = Number(process.env['AGENTBOX_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

// What gVisor keeps from a socket is another test's.
const engines = grounds().filter(({ gvisor }) => !gvisor);

describe.each((ALL ? engines : engines.slice(0, 1)).map((ground) => [ground.name, ground] as const))(
  `${BOXES} boxes of two clients at once on %s, seed ${SEED}`,
  (_, ground) => {
    let lab: Lab;
    let chaos: Chaos;
    const json = async <T>(args: readonly string[]) => {
      const { code, stdout, stderr } = await chaos.agentbox([...args, '--json']);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as T;
    };
    /** Those of this lab; the engine may have others. */
    const listed = async () =>
      (await json<readonly Row[]>(['ls'])).filter(({ project }) => project.startsWith(lab.dir));
    const clones = () => chaos.boxes.filter(({ workspace }) => workspace === 'clone');

    beforeAll(async () => {
      lab = makeLab(ground);
      chaos = makeChaos(lab, randomOf(SEED));
      // Four starts at once would each build it, and wait for the first gateway while the machine is busy.
      for (const client of CLIENTS)
        expect(await chaos.agentbox(['build', '--client', client], 500_000)).toMatchObject({ code: 0 });
    });
    afterAll(async () => {
      await chaos?.end();
      lab?.close();
    });

    it('start, are attached to, let go of, stopped and killed in random order', async () => {
      const kill = RESTART && ground.engine === 'docker' ? Math.floor(STEPS / 2) : -1;
      await inLanes(BOXES, chaos.start);
      await inLanes(STEPS, (step) => (step === kill ? killEngine(chaos) : chaos.step()));
      expect(chaos.boxes.length).toBeGreaterThanOrEqual(BOXES);
    }, 900_000);

    it('are listed as the engine has them', async () => {
      const filter = ['--filter', `label=dev.agentbox.data=${lab.data}`];
      const rows = await listed();
      const there = lab.engine(['ps', '-a', ...filter, '--filter', 'label=dev.agentbox=box', '--format', '{{.Names}}']);
      const names = rows.filter(({ id }) => id !== undefined).map(({ name }) => name);
      expect(names.sort()).toEqual(there.trim().split('\n').sort());
      const known = new Map(rows.map((row) => [row.name, row]));
      for (const { name, client } of chaos.boxes) expect(known.get(name)?.client ?? client).toBe(client);
    });

    it('know of their own client alone', async () => {
      for (const { name, client, index } of chaos.boxes) {
        const { stdout } = await chaos.agentbox(['logs', name]);
        expect(stdout).toBe(`${client} ${chaos.tokens[client]} ${index}\n`);
      }
      for (const client of CLIENTS) {
        const state = readFileSync(join(lab.data, 'clients', client, 'agents/shell/whose.all'), 'utf8');
        expect(new Set(state.trim().split('\n'))).toEqual(new Set([client]));
        const work = readdirSync(chaos.project(client)).filter((name) => name.startsWith('work-'));
        for (const name of work) expect(readFileSync(join(chaos.project(client), name), 'utf8')).toContain(client);
      }
    }, 200_000);

    it('end, and their work comes back: bind at once, clones when they are applied', async () => {
      await chaos.end();
      const running = (await listed()).filter(({ state }) => state === 'running').map(({ name }) => name);
      if (running.length > 0) expect(await chaos.agentbox(['stop', ...running])).toMatchObject({ code: 0 });
      await listed();
      for (const box of clones()) {
        const args = box.index % 3 === 0 ? ['discard', box.name, '--yes'] : ['apply', box.name, '--allow-risky'];
        const { code, stderr } = await chaos.agentbox(args);
        expect(code, `${box.name}: ${stderr}`).toBe(0);
      }
      for (const box of chaos.boxes)
        expect([box.index, cameBack(chaos, lab, box)]).toEqual([
          box.index,
          box.workspace === 'bind' || box.index % 3 !== 0,
        ]);
    }, 600_000);

    it('leave nothing after prune', async () => {
      // Launchers that were killed may have left clones that nobody has reviewed.
      const { kept } = await json<{ kept: readonly { name: string }[] }>(['prune']);
      const known = new Set(chaos.boxes.map(({ name }) => name));
      expect(kept.filter(({ name }) => known.has(name))).toEqual([]);
      for (const { name } of kept) await chaos.agentbox(['rm', '--force', name]);
      await json(['prune']);
      expect(await listed()).toEqual([]);
      await eventually(() => {
        expect([leftovers(lab), gatewayIds(lab), gatewayProcesses(lab).keepers]).toEqual([[], [], []]);
      });
      expect([cloneVolumes(lab), gatewayVolumes(lab)]).toEqual([[], []]);
      for (const client of CLIENTS) {
        const records = join(lab.data, 'clients', client, 'workspaces');
        expect(existsSync(records) ? readdirSync(records) : []).toEqual([]);
      }
    }, 200_000);
  },
);

interface Row {
  readonly name: string;
  readonly id?: string;
  readonly client: string;
  readonly project: string;
  readonly state: string;
}

/** Steps 0 to `count`, some at a time. */
async function inLanes(count: number, work: (step: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function killEngine(chaos: Chaos): Promise<void> {
  chaos.suspend(true);
  spawnSync('pkill', ['-KILL', '-x', 'dockerd']);
  await eventually(() => expect(spawnSync('pgrep', ['-x', 'dockerd']).status).toBe(1), 60_000);
  expect(spawnSync(START_ENGINE, { timeout: 120_000 }).status).toBe(0);
  // Steps that met no engine have failed by then.
  await chaos.agentbox(['ls']);
  chaos.suspend(false);
}

/** Whether the work of a box is in the project of its client, as a file and as a commit. */
function cameBack(chaos: Chaos, lab: Lab, { client, workspace, index }: ChaosBox): boolean {
  const project = chaos.project(client);
  const ref = workspace === 'bind' ? `box-${index}` : 'main';
  const log = lab.git('-C', project, 'log', '--all', '--format=%s', ...(workspace === 'bind' ? [] : [ref]));
  const committed = log.split('\n').includes(`work ${index} of ${client}`);
  const file = existsSync(join(project, `work-${index}.txt`));
  if (committed !== file) throw new Error(`work ${index} of ${client}: committed ${committed}, in the files ${file}`);
  return committed;
}

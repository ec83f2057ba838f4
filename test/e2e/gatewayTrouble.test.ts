import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { type GatewayLab, makeGatewayLab, SOURCE_AT, type StayingBox } from './support/gatewayLab.ts';
import { eventually, gatewayIds, gatewayProcesses, memoryOf } from './support/gateways.ts';
import { leftovers } from './support/leftovers.ts';

const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const GROUNDS = gatewayGrounds().filter(({ gvisor }) => !gvisor);
// Stops the Docker of this machine with all that runs in it, so only who has the machine alone asks for it.
const RESTART = process.env['AGENTBOX_TEST_RESTART_ENGINE'] === '1';
const START_ENGINE = fileURLToPath(new URL('../../scripts/setup/docker', import.meta.url));
const MIB = 1024 * 1024;
const RUBBISH = ALL ? 60 : 4;
const FURTHER = ALL ? 18 : 3;

// In this order: each finds the two boxes of the first as the one before left them.
describe.each(GROUNDS.map((ground) => [ground.name, ground] as const))('a gateway on %s', (_, ground) => {
  let all: GatewayLab;
  let one: StayingBox;
  let other: StayingBox;

  beforeAll(async () => {
    all = await makeGatewayLab(ground);
  });
  afterAll(() => all?.close());

  const processes = () => gatewayProcesses(all.lab);
  /** The box reaches what is allowed, nothing else, and its placeholder becomes the secret. */
  const works = async (box: StayingBox) => {
    const mark = `m${Math.random().toString(36).slice(2)}`;
    expect(await box.ask(`https://good.lab.test/${mark}`)).toContain(`lab says /${mark}`);
    const asked = await box.ask(`https://api.lab.test/${mark}`, '-H', `X-Api-Key: ${box.placeholder}`);
    expect(asked).toContain(`lab says /${mark}`);
    expect(all.heard.from.get('api')?.split(`/${mark} `)[1]).toContain(`X-Api-Key: ${all.value}`);
    expect(await box.ask(`http://other.lab.test/${mark}`)).not.toContain('lab says');
    expect(all.heard.who(mark)).toEqual(['good', 'api']);
  };
  const kill = (pids: readonly number[]) => {
    expect(pids).toHaveLength(1);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
  };

  it('is one for two launchers at once, and so is its keeper', async () => {
    [one, other] = await Promise.all([all.box('one'), all.box('other')]);
    expect(gatewayIds(all.lab)).toHaveLength(1);
    expect(processes()).toMatchObject({ keepers: [expect.any(Number)], proxies: [expect.any(Number)] });
    expect(one.placeholder).not.toBe(other.placeholder);
    await Promise.all([works(one), works(other)]);
  }, 400_000);

  it('carries 200 connections at once', async () => {
    expect(await one.load('many', SOURCE_AT, '200')).toEqual({ good: 200, faults: [] });
  });

  it(`serves one box while another sends rubbish for ${RUBBISH} s`, async () => {
    const [before] = processes().proxies;
    const rubbish = one.load<{ sent: number }>('rubbish', `${RUBBISH}`);
    const times: number[] = [];
    let over = false;
    rubbish.finally(() => {
      over = true;
    });
    while (!over) times.push(...(await other.load<number[]>('latency', SOURCE_AT, '20')));
    expect((await rubbish).sent).toBeGreaterThan(100 * RUBBISH);
    expect(Math.max(...times)).toBeLessThan(5000);
    expect(processes().proxies).toEqual([before]);
    await Promise.all([works(one), works(other)]);
  }, 200_000);

  it('comes back by itself when its proxy is killed in mid-transfer, with policy and keys', async () => {
    const transfer = one.run(['node', '/workspace/load.mjs', 'bulk', SOURCE_AT, '99999999999']);
    await eventually(async () => expect(await other.load<number[]>('latency', SOURCE_AT, '1')).toHaveLength(1));
    kill(processes().proxies);
    expect((await transfer).code).toBe(1);
    await eventually(() => Promise.all([works(one), works(other)]));
    expect(gatewayIds(all.lab)).toHaveLength(1);
  });

  it('is put back by the keeper when its container is killed, with policy and keys', async () => {
    const [before = ''] = gatewayIds(all.lab);
    all.lab.engine(['kill', before]);
    expect(await one.ask('https://evil.lab.test/')).not.toContain('lab says');
    await eventually(() => Promise.all([works(one), works(other)]));
    expect(gatewayIds(all.lab)).toHaveLength(1);
    expect(gatewayIds(all.lab)).not.toEqual([before]);
  });

  it('goes on without its keeper, which the next command of the client starts again', async () => {
    kill(processes().keepers);
    await Promise.all([works(one), works(other)]);
    const shown = await all.agentbox(['net', 'show', '--client', 'acme', '--json', ...ground.flags.slice(0, 2)]);
    expect(shown, shown.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(one.name) });
    expect(shown.stdout).not.toContain(all.value);
    expect(processes().keepers).toHaveLength(1);
    await Promise.all([works(one), works(other)]);
  });

  it('takes no more than 2 MiB for a further box', async () => {
    const size = () => memoryOf([...processes().holders, ...processes().proxies]);
    const before = size();
    const more: StayingBox[] = [];
    for (let index = 0; index < FURTHER; index += 1) more.push(await all.box(`more${index}`));
    for (const box of more) await works(box);
    const each = (size() - before) / FURTHER / MIB;
    console.log(`${ground.name}: ${each.toFixed(2)} MiB of the gateway for each of ${FURTHER} further boxes`);
    expect(gatewayIds(all.lab)).toHaveLength(1);
    expect(each).toBeLessThanOrEqual(FURTHER > 10 ? 2 : 4);
  }, 300_000);

  it('leaves boxes offline without keeper and container, and a run brings all of it back', async () => {
    kill(processes().keepers);
    all.lab.engine(['kill', ...gatewayIds(all.lab)]);
    expect(await one.ask('http://good.lab.test/x')).toContain('agentbox net show');
    expect(await one.run(['perl', '-MIO::Socket::INET', '-e', direct(all.network.address(10))])).toMatchObject({
      code: 1,
    });
    const next = await all.box('next');
    expect(gatewayIds(all.lab)).toHaveLength(1);
    expect(processes().keepers).toHaveLength(1);
    await works(next);
  }, 200_000);

  (RESTART && ground.engine === 'docker' ? it : undefined)?.(
    'opens nothing when the engine is restarted, and the next run has it',
    async () => {
      spawnSync('pkill', ['-TERM', '-x', 'dockerd']);
      await eventually(() => expect(spawnSync('pgrep', ['-x', 'dockerd']).status).toBe(1), 60_000);
      expect(spawnSync(START_ENGINE, { timeout: 120_000 }).status).toBe(0);
      await works(await all.box('restarted'));
      expect(gatewayIds(all.lab)).toHaveLength(1);
      expect(processes().keepers).toHaveLength(1);
    },
    300_000,
  );

  it('and its keeper leave nothing behind when the client is removed', async () => {
    const { stdout } = await all.agentbox(['ls', '--json', ...ground.flags.slice(0, 2)]);
    const boxes = (JSON.parse(stdout) as { name: string; project: string }[])
      .filter(({ project }) => project.startsWith(`${all.lab.dir}/`))
      .map(({ name }) => name);
    const gone = await all.agentbox(['rm', '--force', ...boxes]);
    expect(gone, gone.stderr).toMatchObject({ code: 0 });
    const removed = await all.agentbox(['client', 'rm', 'acme', '--yes']);
    expect(removed, removed.stderr).toMatchObject({ code: 0 });
    await eventually(() => expect([gatewayIds(all.lab), leftovers(all.lab)]).toEqual([[], []]));
  });
});

const direct = (address: string) => `exit(IO::Socket::INET->new(PeerAddr => "${address}:443", Timeout => 3) ? 0 : 1)`;

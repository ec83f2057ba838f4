import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { clientDir, pathsOf } from '../../../../src/config/paths.ts';
import { UserError } from '../../../../src/errors.ts';
import { connectKeeper, type Keeper } from '../../../../src/network/keeper/client.ts';
import { type KeeperTimes, startedKeeper } from '../../../../src/network/keeper/keeper.ts';
import type { KeeperEvent, KeptSecret, NewBox } from '../../../../src/network/keeper/protocol.ts';
import type { Rule } from '../../../../src/network/policy/policy.ts';
import type { Decision, GatewayState } from '../../../../src/network/protocol.ts';
import { gatewayName } from '../../../../src/plan/gatewayNames.ts';
import { temporary, userError } from '../../support/config.ts';
import { type FakeEngine, fakeEngine, listed } from './fakeEngine.ts';

const SECRET = 'sk-very-secret-value';

const rule = (text: string, more: Partial<Rule> = {}): Rule => ({
  verdict: 'allow',
  target: { kind: 'host', host: text, ports: undefined },
  text,
  from: 'test',
  ...more,
});

const box = (name: string, brokered: readonly KeptSecret[] = []): NewBox => ({
  name,
  socket: 'a'.repeat(32),
  policy: { rules: [rule('example.test')] },
  hosts: {},
  dns: [],
  brokered,
});

const decision = (id: string, verdict: 'allow' | 'deny', host = 'evil.test'): Decision => ({
  ...{ id, verdict, host, port: 443, kind: 'connect', time: '2026-01-01T00:00:00Z', box: 'one' },
  rule: undefined,
  reason: verdict === 'deny' ? 'not-allowed' : undefined,
});

interface Bench {
  readonly fake: FakeEngine;
  readonly home: string;
  readonly dir: string;
  readonly socket: string;
  readonly keeper: Keeper;
  readonly ended: Promise<void>;
  start(image?: string): Promise<Keeper>;
  add(one: NewBox): Promise<{ revision: number; authority: string | undefined }>;
  stateNow(): GatewayState | undefined;
  log(): Promise<string>;
}

/** A keeper of client acme on a fake engine, with a client that is connected to it. */
async function bench(
  prepare: (fake: FakeEngine) => void = () => {},
  times: KeeperTimes = { linger: 60_000, look: 30 },
): Promise<Bench> {
  const home = await temporary();
  const paths = pathsOf({}, home);
  const fake = fakeEngine(gatewayName('acme', paths));
  prepare(fake);
  const socket = join(home, 'keeper.sock');
  const execute = async () => {
    throw new Error('nothing to run');
  };
  const context = { paths, execute, env: {}, now: () => new Date() };
  const start = async (gatewayImage = 'gateway:1') => {
    const engine = { kind: 'docker', endpoint: '/var/run/docker.sock' } as const;
    const running = await startedKeeper(context, { client: 'acme', engine, gatewayImage, socket }, fake.engine, {
      times,
    });
    const keeper = await connectKeeper(socket, 60_000);
    if (keeper === undefined) throw new Error('no keeper');
    onTestFinished(async () => {
      keeper.close();
      await running.leave();
      await running.ended;
    });
    return { keeper, ended: running.ended };
  };
  const { keeper, ended } = await start();
  const dir = clientDir(paths, 'acme');
  return {
    ...{ fake, home, dir, socket, keeper, ended },
    start: async (image) => (await start(image)).keeper,
    add: (one) => keeper.ask({ op: 'add', box: one, upstream: undefined, authorities: '' }),
    stateNow: () => fake.gateway?.state?.state,
    log: () => readFile(join(dir, 'network.jsonl'), 'utf8').catch(() => ''),
  };
}

const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 5000, interval: 10 });

test('a box is added when the gateway has acknowledged it, and its value reaches nothing but the gateway', async () => {
  const { add, stateNow, keeper, dir } = await bench();
  const secret = { name: 'KEY', placeholder: 'ph', value: SECRET, hosts: ['api.test'] };
  const { authority } = await add(box('one', [secret]));
  expect(authority).toContain('BEGIN CERTIFICATE');
  expect(stateNow()?.boxes.map(({ name }) => name)).toEqual(['one']);
  expect(stateNow()?.boxes[0]?.brokered[0]?.value).toBe(SECRET);
  expect(stateNow()?.boxes[0]?.tls?.key).toContain('PRIVATE KEY');
  const shown = JSON.stringify(await keeper.ask({ op: 'show' }));
  expect(shown).toContain('"KEY"');
  expect(shown).not.toContain(SECRET);
  const log = join(dir, 'keeper.log');
  expect(await readFile(log, 'utf8')).not.toContain(SECRET);
  expect((await stat(log)).mode & 0o777).toBe(0o600);
});

test('a gateway that dies is started again and fed with the keys it had', async () => {
  const { add, fake, stateNow } = await bench();
  await add(box('one', [{ name: 'KEY', placeholder: 'ph', value: SECRET, hosts: ['api.test'] }]));
  fake.boxes = [listed('one')];
  fake.gateway?.die();
  await soon(() => expect(stateNow()?.boxes[0]?.brokered[0]?.value).toBe(SECRET));
  expect(fake.launches).toBe(2);
});

test('a box that the gateway does not acknowledge is not kept', async () => {
  const { add, fake, keeper } = await bench();
  await add(box('one'));
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  if (fake.gateway !== undefined) fake.gateway.acknowledges = false;
  const adding = userError(() => add(box('two')));
  await soon(() => expect(fake.gateway?.state?.state.boxes).toHaveLength(2));
  await vi.advanceTimersByTimeAsync(10_500);
  vi.useRealTimers();
  expect((await adding).message).toMatch(/acknowledge/);
  expect((await keeper.ask({ op: 'show' })).boxes.map(({ name }) => name)).toEqual(['one']);
});

test('the reason why a gateway does not start is told to who adds a box', async () => {
  const { add } = await bench((fake) => {
    fake.trouble = new UserError('image', 'no such image', { why: 'it is gone' });
  });
  expect((await userError(() => add(box('one')))).message).toBe('no such image');
});

test('a gateway that is unfit is replaced, and who adds a box is told', async () => {
  const { add, fake } = await bench((fake) => {
    fake.run('gateway:1').acknowledges = false;
  });
  const adding = userError(() => add(box('one')));
  await soon(() => expect(fake.gateway?.state?.state.boxes).toHaveLength(1));
  fake.gateway?.say({ event: 'unfit', why: 'it reaches 169.254.169.254' });
  expect((await adding).why).toBe('it reaches 169.254.169.254');
  await soon(() => expect(fake.launches).toBe(1));
});

test('a new keeper takes over what a running gateway knows', async () => {
  const { add, keeper, start, fake } = await bench();
  await add(box('one', [{ name: 'KEY', placeholder: 'ph', value: SECRET, hosts: ['api.test'] }]));
  await keeper.ask({ op: 'allow', rule: rule('more.test'), box: undefined });
  await keeper.ask({ op: 'retire' });
  await keeper.closed;
  const second = await start();
  await soon(async () => expect((await second.ask({ op: 'show' })).boxes.map(({ name }) => name)).toEqual(['one']));
  expect((await second.ask({ op: 'show' })).live.map((live) => live.rule.text)).toEqual(['more.test']);
  expect(fake.launches).toBe(1);
});

test('a keeper with another image replaces the gateway and feeds the new one what the old one knew', async () => {
  const { add, keeper, start, fake, stateNow } = await bench();
  await add(box('one', [{ name: 'KEY', placeholder: 'ph', value: SECRET, hosts: ['api.test'] }]));
  await keeper.ask({ op: 'retire' });
  await keeper.closed;
  await start('gateway:2');
  await soon(() => expect(fake.gateway?.image).toBe('gateway:2'));
  await soon(() => expect(stateNow()?.boxes[0]?.brokered[0]?.value).toBe(SECRET));
});

test('a live rule takes the place of the same words, belongs to its box, and is forgotten with it', async () => {
  const { add, keeper, stateNow } = await bench();
  await add(box('one'));
  await add(box('two'));
  await keeper.ask({ op: 'allow', rule: rule('a.test'), box: undefined });
  await keeper.ask({ op: 'deny', rule: rule('a.test', { verdict: 'deny' }), box: undefined });
  await keeper.ask({ op: 'allow', rule: rule('b.test'), box: 'one' });
  expect(stateNow()?.live.map(({ rule, box }) => [rule.verdict, rule.text, box])).toEqual([
    ['deny', 'a.test', undefined],
    ['allow', 'b.test', 'one'],
  ]);
  expect(await keeper.ask({ op: 'forget', text: 'a.test', box: undefined })).toEqual({ removed: 1 });
  await keeper.ask({ op: 'remove', name: 'one' });
  expect(stateNow()?.live).toEqual([]);
  expect((await userError(() => keeper.ask({ op: 'allow', rule: rule('b.test'), box: 'one' }))).trouble).toBe('box');
});

test('boxes that ended are forgotten without a launcher that says so, boxes on their way are not', async () => {
  const { add, fake, stateNow } = await bench();
  await add(box('one'));
  await add(box('two'));
  fake.boxes = [listed('one')];
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(stateNow()?.boxes.map(({ name }) => name)).toEqual(['one', 'two']);
  fake.boxes = [listed('one', 'exited'), listed('two')];
  await soon(() => expect(stateNow()?.boxes.map(({ name }) => name)).toEqual(['two']));
  fake.boxes = [];
  await soon(() => expect(stateNow()?.boxes).toEqual([]));
});

test('some time after the last box the gateway, its volume and the keeper are gone', async () => {
  const { add, fake, keeper, ended, socket } = await bench(() => {}, { linger: 200, look: 20 });
  await add(box('one'));
  expect(fake.volumes.size).toBe(1);
  fake.boxes = [listed('one')];
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(fake.gateway).toBeDefined();
  await keeper.ask({ op: 'remove', name: 'one' });
  await ended;
  expect([fake.gateway, fake.volumes.size]).toEqual([undefined, 0]);
  expect(await connectKeeper(socket)).toBeUndefined();
});

test('a keeper whose socket was taken away ends and leaves the gateway', async () => {
  const { add, fake, ended, socket, start } = await bench();
  await add(box('one'));
  fake.boxes = [listed('one')];
  const second = await start();
  await ended;
  expect(fake.gateway).toBeDefined();
  expect((await second.ask({ op: 'show' })).boxes).toHaveLength(1);
  expect(await connectKeeper(socket)).toBeDefined();
});

test('what was refused is logged at once, what was allowed when it ends', async () => {
  const { add, fake, keeper, log } = await bench();
  await add(box('one'));
  const { gateway } = fake;
  gateway?.say({ event: 'decision', decision: decision('1', 'deny') });
  gateway?.say({ event: 'decision', decision: decision('2', 'allow', 'good.test') });
  gateway?.say({ event: 'decision', decision: decision('3', 'deny') });
  await soon(async () => expect((await log()).split('\n')).toHaveLength(3));
  gateway?.say({ event: 'closed', id: '2', up: 10, down: 20, ms: 30 });
  await soon(async () => expect((await log()).split('\n')).toHaveLength(4));
  expect(JSON.parse((await log()).split('\n')[2] ?? '')).toMatchObject({ host: 'good.test', up: 10, down: 20, ms: 30 });
  expect(await keeper.ask({ op: 'summary', name: 'one' })).toEqual({
    blocked: [{ host: 'evil.test', port: 443, reason: 'not-allowed', count: 2 }],
  });
});

test('who watches sees decisions and what is held; the gateway knows that somebody does, and gets the answer', async () => {
  const { add, fake, keeper, stateNow, socket } = await bench();
  await add(box('one'));
  const watcher = await connectKeeper(socket);
  const events: KeeperEvent[] = [];
  watcher?.onEvent((event) => events.push(event));
  await watcher?.ask({ op: 'watch', asks: false });
  expect(stateNow()?.watched).toBe(false);
  await watcher?.ask({ op: 'watch', asks: true });
  await soon(() => expect(stateNow()?.watched).toBe(true));
  fake.gateway?.say({ event: 'held', held: 'h1', decision: decision('1', 'deny') });
  await soon(() => expect(events.map(({ event }) => event)).toEqual(['held']));
  await keeper.ask({ op: 'answer', held: 'h1', verdict: 'allow' });
  expect(fake.gateway?.sent.at(-1)).toEqual({ op: 'answer', held: 'h1', verdict: 'allow' });
  await soon(() => expect(events.at(-1)).toEqual({ event: 'settled', held: 'h1', verdict: 'allow' }));
  watcher?.close();
  await soon(() => expect(stateNow()?.watched).toBe(false));
});

test('asked to stop when it is idle, it stays while a box is there or somebody else is connected', async () => {
  const { fake, keeper, socket, ended } = await bench();
  const stop = () => keeper.ask({ op: 'stop', idle: true });
  fake.boxes = [listed('one')];
  expect(await stop()).toEqual({ stopped: false });
  fake.boxes = [listed('one', 'exited')];
  const other = await connectKeeper(socket);
  expect(await stop()).toEqual({ stopped: false });
  other?.close();
  await soon(async () => expect(await stop()).toEqual({ stopped: true }));
  await ended;
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { control } from '../../../../src/network/gateway/control.ts';
import { type Holder, hold } from '../../../../src/network/gateway/holder.ts';
import { readLines, sendLine } from '../../../../src/network/gateway/lines.ts';
import type { FromGateway, GatewayState, ToGateway } from '../../../../src/network/protocol.ts';

/** A stand-in for the proxy: acknowledges states, and does what `answer` says. */
const PROXY = `
import { createInterface } from 'node:readline';
const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { op, revision, held } = JSON.parse(line);
  if (op === 'state') say({ event: 'ack', revision });
  if (held === 'die') process.exit(3);
  if (held === 'rubbish') process.stdout.write('rubbish\\n');
  if (held === 'unfit') say({ event: 'unfit', why: 'a test' });
  if (held?.startsWith('decide ')) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let id = 0; id < Number(held.slice(7)); id += 1) say({ event: 'closed', id: String(id), up: 1, down: 2, ms: 3 });
  }
}`;

const STATE: GatewayState = {
  format: 1,
  boxes: [],
  live: [],
  upstream: undefined,
  authorities: 'é',
  watched: false,
};

let dir: string;
let path: string;
let holder: Holder | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agentbox-holder-'));
  path = join(dir, 'control.sock');
  await writeFile(join(dir, 'proxy.mjs'), PROXY);
});
afterEach(async () => {
  holder?.stop();
  await holder?.ended;
  holder = undefined;
  await rm(dir, { recursive: true, force: true });
});

async function start(idle = 60_000): Promise<Holder> {
  holder = await hold({ socket: path, version: '1.2.3', proxy: [process.execPath, join(dir, 'proxy.mjs')], idle });
  return holder;
}

/** A keeper's connection. */
function keeper(): { socket: Socket; events: FromGateway[]; send(message: ToGateway | string): void; of: typeof of } {
  const socket = connect(path);
  const events: FromGateway[] = [];
  const of = <E extends FromGateway['event']>(event: E) =>
    events.filter((found): found is Extract<FromGateway, { event: E }> => found.event === event);
  void readLines(socket, (line) => events.push(JSON.parse(line) as FromGateway)).catch(() => {});
  return { socket, events, of, send: (message) => sendLine(socket, message) };
}
const state = (revision: number): ToGateway => ({ op: 'state', revision, state: STATE });
const order = (held: string): ToGateway => ({ op: 'answer', held, verdict: 'allow' });
const soon = { timeout: 5_000, interval: 10 };

describe('the holder', () => {
  it('says hello, passes a state on and gives it back to whoever asks', async () => {
    await start();
    const first = keeper();
    await expect.poll(() => first.events[0], soon).toEqual({ event: 'hello', version: '1.2.3', revision: 0 });
    first.send({ op: 'get' });
    await expect.poll(() => first.of('known'), soon).toEqual([{ event: 'known', revision: 0 }]);
    first.send(state(7));
    await expect.poll(() => first.of('ack'), soon).toEqual([{ event: 'ack', revision: 7 }]);
    first.socket.destroy();
    const second = keeper();
    second.send({ op: 'get' });
    const { upstream: _, ...known } = STATE;
    await expect.poll(() => second.of('known'), soon).toEqual([{ event: 'known', revision: 7, state: known }]);
    expect(second.events[0]).toEqual({ event: 'hello', version: '1.2.3', revision: 7 });
  });

  it('starts a proxy that died again, with the last state, and tells every keeper', async () => {
    await start();
    const [one, other] = [keeper(), keeper()];
    await expect.poll(() => [one, other].map(({ events }) => events.length), soon).toEqual([1, 1]);
    one.send(state(3));
    await expect.poll(() => other.of('ack').length, soon).toBe(1);
    one.send(order('die'));
    await expect.poll(() => other.of('ack').length, soon).toBe(2);
    expect(other.of('proxy')).toEqual([
      { event: 'proxy', up: false, why: 'it ended with 3' },
      { event: 'proxy', up: true },
    ]);
    one.send(order('rubbish'));
    await expect.poll(() => one.of('ack').length, soon).toBe(3);
    expect(one.of('proxy')[2]).toMatchObject({ up: false, why: 'it was ended by SIGKILL' });
  });

  it('keeps the newest events while nobody is connected, and hands them over once', async () => {
    await start();
    const first = keeper();
    first.send(order('decide 1500'));
    await sleep(20);
    first.socket.destroy();
    await sleep(300);
    const second = keeper();
    await expect.poll(() => second.of('closed').length, soon).toBe(1000);
    expect([second.of('closed')[0]?.id, second.of('closed').at(-1)?.id]).toEqual(['500', '1499']);
    const third = keeper();
    await expect.poll(() => third.of('hello').length, soon).toBe(1);
    await sleep(50);
    expect(third.of('closed')).toEqual([]);
  });

  it('tells also those who come later that the self-test failed', async () => {
    await start();
    const first = keeper();
    first.send(order('unfit'));
    await expect.poll(() => first.of('unfit').length, soon).toBe(1);
    const second = keeper();
    await expect.poll(() => second.of('unfit'), soon).toEqual([{ event: 'unfit', why: 'a test' }]);
  });

  it('lets go of a keeper that says what is no line, and goes on', async () => {
    await start();
    const [bad, good] = [keeper(), keeper()];
    bad.send('rubbish');
    await expect.poll(() => bad.socket.closed, soon).toBe(true);
    good.send(state(1));
    await expect.poll(() => good.of('ack').length, soon).toBe(1);
  });

  it('ends when it is told to, with its proxy', async () => {
    const { ended } = await start();
    const { send, socket } = keeper();
    send({ op: 'stop' });
    await ended;
    await expect.poll(() => socket.closed, soon).toBe(true);
  });

  it('ends by itself when nobody uses it, and not while a keeper is connected', async () => {
    const { ended } = await start(300);
    const over = { is: false };
    void ended.then(() => {
      over.is = true;
    });
    const { socket } = keeper();
    await sleep(800);
    expect(over.is).toBe(false);
    socket.destroy();
    await ended;
  });
});

describe('the control program', () => {
  it('joins its streams to the socket as soon as somebody listens, and ends with either side', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const events: FromGateway[] = [];
    void readLines(output, (line) => events.push(JSON.parse(line) as FromGateway)).catch(() => {});
    const joined = control(path, input, output);
    await sleep(60);
    await start();
    await expect.poll(() => events.length, soon).toBe(1);
    sendLine(input, state(5));
    await expect.poll(() => events.at(-1), soon).toEqual({ event: 'ack', revision: 5 });
    input.end();
    await joined;
    const again = control(path, new PassThrough(), new PassThrough().resume());
    await sleep(50);
    holder?.stop();
    await again;
  });
});

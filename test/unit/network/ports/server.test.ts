import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { BoxInfo, Engine } from '../../../../src/engine/engine.ts';
import { encodeFrame, KIND } from '../../../../src/network/ports/frames.ts';
import { freePorts } from '../../../../src/network/ports/listen.ts';
import { type PortsServer, servePorts } from '../../../../src/network/ports/server.ts';
import { temporary } from '../../support/config.ts';
import { listed } from '../keeper/fakeEngine.ts';
import { exchange, listening, startCarry } from './support.ts';

/** An engine whose one box is this machine: what is run in it is the box's program. */
interface Machine extends Pick<Engine, 'exec' | 'boxes'> {
  boxes: () => Promise<readonly BoxInfo[]>;
  state: BoxInfo['state'];
  readonly programs: { kill(): void; say(bytes: Buffer): void }[];
}

function machine(): Machine {
  const made: Machine = {
    state: 'running',
    programs: [],
    boxes: async () => [listed('box', made.state)],
    async exec(_, argv, { streams }) {
      expect(argv.slice(0, 2)).toEqual(['/usr/local/lib/agentbox/perl', '-e']);
      const child = startCarry();
      streams.stdin.pipe(child.stdin);
      child.stdout.pipe(streams.stdout, { end: false });
      made.programs.push({ kill: () => void child.kill('SIGKILL'), say: (bytes) => void streams.stdout.write(bytes) });
      await once(child, 'exit');
      return 0;
    },
  };
  return made;
}

let port = 0;
let engine: Machine;
let server: PortsServer;
let socket = '';

beforeEach(async () => {
  const boxPort = await listening(createServer({ allowHalfOpen: true }, (one) => one.pipe(one)));
  const ports = await freePorts([{ address: undefined, port: 0, boxPort }]);
  port = ports[0]?.port ?? 0;
  engine = machine();
  socket = join(await temporary(), 'ports.sock');
  server = await servePorts(engine, { box: 'box', client: 'acme', data: '/data', ports, socket, engine: DOCKER });
});
afterEach(() => server.end());

const DOCKER = { kind: 'docker', endpoint: '/run/docker.sock' } as const;
const says = async (text: string) => String(await exchange(port, Buffer.from(text)));

test('who comes before the box waits for it', { timeout: 10_000 }, async () => {
  const early = says('early');
  expect(engine.programs).toHaveLength(0);
  server.begin();
  expect(await early).toBe('early');
  expect(await says('later')).toBe('later');
});

test('a program that was killed in a box that runs is started again', { timeout: 10_000 }, async () => {
  server.begin();
  expect(await says('one')).toBe('one');
  engine.programs[0]?.kill();
  await expect.poll(() => says('two').catch(() => ''), { timeout: 5000 }).toBe('two');
  expect(engine.programs).toHaveLength(2);
});

test('with its box it ends, and breaks what is open', { timeout: 10_000 }, async () => {
  server.begin();
  expect(await says('one')).toBe('one');
  const open = connect(port, '127.0.0.1').on('error', () => {});
  open.write('x');
  await once(open, 'data');
  engine.state = 'exited';
  engine.programs[0]?.kill();
  expect(await new Promise((resolve) => open.once('close', resolve))).toBe(true);
  await server.ended;
  await expect(says('two')).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
  expect(existsSync(socket)).toBe(false);
});

test('with a box that speaks in its program’s place it has nothing more to do', { timeout: 10_000 }, async () => {
  server.begin();
  expect(await says('one')).toBe('one');
  engine.programs[0]?.say(encodeFrame(77, KIND.data, Buffer.from('x')));
  await server.ended;
  expect(engine.programs).toHaveLength(1);
});

test('it shows that it is there', async () => {
  const asking = connect(socket);
  onTestFinished(() => void asking.destroy());
  await once(asking, 'connect');
});

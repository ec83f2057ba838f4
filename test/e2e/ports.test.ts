import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { type GatewayLab, makeGatewayLab } from './support/gatewayLab.ts';
import { eventually, portsProcesses } from './support/gateways.ts';
import { type Ended, ended } from './support/lab.ts';
import { makeHeard } from './support/labHosts.ts';

const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const CASES = gatewayGrounds()
  .filter(({ gvisor }) => ALL || !gvisor)
  .map((ground) => [ground.name, ground] as const);

/** An echo that ends its side when its client has, on the loopback of the box alone. */
const ECHO = `
require('net').createServer({ allowHalfOpen: true }, (one) => one.on('error', () => {}).pipe(one)).listen(3000, '127.0.0.1');
`;

/** Says a word to a port of the box, and prints what is answered. */
const ASK = `
const one = require('net').connect(process.argv[1], '127.0.0.1', () => one.write('p1x\\n'));
one.on('data', (answer) => { process.stdout.write(answer); one.destroy(); }).on('error', () => {}).on('end', () => one.destroy());
`;

const open = (port: number, host = '127.0.0.1') => connect({ port, host, allowHalfOpen: true });
/** True when the connection was made. */
const reaches = (port: number, host: string) =>
  new Promise<boolean>((resolve) => {
    const socket = open(port, host).on('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
/** What comes back of these bytes, as a digest, when this side has ended and then the other. */
async function echoed(port: number, bytes: Buffer): Promise<string> {
  const socket = open(port);
  const hash = createHash('sha256');
  socket.on('data', (chunk: Buffer) => hash.update(chunk));
  socket.end(bytes);
  await once(socket, 'end');
  return hash.digest('hex');
}
const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.each(CASES)('ports of a box on %s', (_, ground) => {
  const heard = makeHeard();
  let all: GatewayLab;
  let box = '';
  let port = 0;

  const run = (args: readonly string[], argv: readonly string[]) =>
    all.agentbox(['run', all.lab.project, ...all.flags, ...args, '--', ...argv]);
  const inside = (...argv: readonly string[]): Promise<Ended> => {
    const [program = '', ...rest] = all.lab.engineCommand(['exec', box, ...argv]);
    return ended(spawnIn(program, rest), { limit: 30_000 });
  };
  const spawnIn = (program: string, args: readonly string[]) =>
    spawn(program, args, { cwd: all.lab.project, stdio: 'pipe', env: all.lab.environment() });
  const asks = async (at: number) => (await inside('node', '-e', ASK, `${at}`)).stdout;

  beforeAll(async () => {
    all = await makeGatewayLab(ground);
    const { network } = all;
    for (const [name, last] of [
      ['db', 30],
      ['private', 31],
    ] as const) {
      network.names.set(`${name}.lab.test`, [network.address(last)]);
      await network.tcp({ address: network.address(last), port: 5432 }, heard.serve(name));
    }
    const started = await run(
      [
        ...['--detach', '-p', '0:3000', '--allow', `${network.address(30)}:5432`],
        ...['--forward', 'db.lab.test:5432', '--forward', '15432:private.lab.test:5432'],
      ],
      ['node', '-e', ECHO],
    );
    expect(started, started.stderr).toMatchObject({ code: 0 });
    box = started.stdout.trim();
    port = Number(/http:\/\/127\.0\.0\.1:(\d+) reaches port 3000 in the box/.exec(started.stderr)?.[1]);
    await eventually(async () => expect(await echoed(port, Buffer.from('up'))).toBe(digest(Buffer.from('up'))), 10_000);
  }, 300_000);
  afterAll(() => all?.close());

  it('50 MB come back as they went, and 50 connections at once do not mix', { timeout: 60_000 }, async () => {
    const large = randomBytes(50_000_000);
    expect(await echoed(port, large)).toBe(digest(large));
    const many = Array.from({ length: 50 }, () => randomBytes(20_000));
    expect(await Promise.all(many.map((bytes) => echoed(port, bytes)))).toEqual(many.map(digest));
  });

  it('this machine listens on its loopback alone, and the box has no interface for it', async () => {
    expect(await reaches(port, '127.0.0.1')).toBe(true);
    expect(await reaches(port, all.network.address(30))).toBe(false);
    const interfaces = (await inside('cat', '/proc/net/dev')).stdout.matchAll(/^ *(\w+):/gm);
    expect([...interfaces].map(([, name]) => name)).toEqual(['lo']);
    expect(await asks(port)).toBe('');
  });

  it('a port that is taken stops a run before there is a box', async () => {
    const taken = await run(['-p', `${port}:3000`], ['true']);
    expect(taken).toMatchObject({ code: 125, stdout: '' });
    expect(taken.stderr).toMatch(new RegExp(`port ${port} of 127\\.0\\.0\\.1 is taken[\\s\\S]*-p 0:3000`));
    const listed = await all.agentbox(['ls', ...ground.flags.slice(0, 2), '--json']);
    const boxes = JSON.parse(listed.stdout) as readonly {
      name: string;
      state: string;
      project: string;
      ports: unknown;
    }[];
    expect(boxes.filter(({ project }) => project.startsWith(`${all.lab.dir}/`))).toMatchObject([
      { name: box, ports: [{ address: '127.0.0.1', port, boxPort: 3000 }] },
    ]);
  });

  it('a forwarded service is reached, one with a private address that no rule opens is not, and that is told', async () => {
    expect(await asks(5432)).toBe('lab says p1x\n');
    expect(await asks(15_432)).toBe('');
    expect(heard.who('p1x')).toEqual(['db']);
    await eventually(async () => {
      const log = await all.agentbox(['net', 'log', '--client', 'acme', '--json']);
      const lines = log.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
      expect(lines).toContainEqual(
        expect.objectContaining({ box, host: 'db.lab.test', kind: 'forward', verdict: 'allow' }),
      );
      const address = all.network.address(31);
      expect(lines).toContainEqual(expect.objectContaining({ host: 'private.lab.test', verdict: 'deny', address }));
    });
  });

  it('what serves the ports comes back with the next command, and ends with its box', { timeout: 30_000 }, async () => {
    for (const pid of portsProcesses(all.lab)) process.kill(pid, 'SIGKILL');
    await eventually(async () => expect(await reaches(port, '127.0.0.1')).toBe(false));
    await all.agentbox(['ls', ...ground.flags.slice(0, 2)]);
    await eventually(async () => expect(await echoed(port, Buffer.from('x'))).toBe(digest(Buffer.from('x'))), 10_000);
    const stream: Socket = open(port).on('error', () => {});
    stream.write('x');
    await once(stream, 'data');
    const closed = new Promise((resolve) => stream.once('close', resolve));
    all.lab.engine(['kill', box]);
    stream.on('end', () => stream.end());
    await closed;
    await eventually(() => expect(portsProcesses(all.lab)).toEqual([]), 10_000);
  });
});

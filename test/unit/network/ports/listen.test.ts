import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { freePorts, listenAll } from '../../../../src/network/ports/listen.ts';
import { userError } from '../../support/config.ts';
import { listening } from './support.ts';

const reaches = (host: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => socket.destroy()).on('error', () => resolve(false));
    socket.once('close', (failed) => resolve(!failed));
  });
const others = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4')
  .map(({ address }) => address);

test('a port without an address is on both loopbacks, and on no other address of this machine', async () => {
  const came: number[] = [];
  const [publish] = await freePorts([{ address: undefined, port: 0, boxPort: 3000 }]);
  if (publish === undefined) throw new Error('no port');
  expect(publish.port).toBeGreaterThan(1023);
  const close = await listenAll([publish], (socket: Socket, boxPort) => {
    came.push(boxPort);
    socket.destroy();
  });
  onTestFinished(close);
  expect(await Promise.all(['127.0.0.1', '::1'].map((host) => reaches(host, publish.port)))).toEqual([true, true]);
  expect(came).toEqual([3000, 3000]);
  expect(await Promise.all(others.map((host) => reaches(host, publish.port)))).toEqual(others.map(() => false));
});

test('a port that is taken is told with another to take, on either loopback, and nothing is left open', async () => {
  for (const host of ['127.0.0.1', '::1']) {
    const port = await listening(createServer(), host);
    const [free] = await freePorts([{ address: undefined, port: 0, boxPort: 1 }]);
    if (free === undefined) throw new Error('no port');
    const error = await userError(() => freePorts([free, { address: undefined, port, boxPort: 3000 }]));
    expect(error.message).toBe(`port ${port} of ${host} is taken`);
    expect(error.next.join(' ')).toMatch(/-p \d+:3000 … agentbox run -p 0:3000/);
    expect(await reaches('127.0.0.1', free.port)).toBe(false);
  }
});

test('the same port twice, and an address of another machine, are told', async () => {
  const [free] = await freePorts([{ address: undefined, port: 0, boxPort: 1 }]);
  if (free === undefined) throw new Error('no port');
  expect((await userError(() => freePorts([free, free]))).message).toMatch(/is taken/);
  const foreign = { address: '192.0.2.1', port: 8080, boxPort: 1 };
  expect((await userError(() => freePorts([foreign]))).why).toBe('this machine has no such address');
});

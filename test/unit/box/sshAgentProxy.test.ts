import { existsSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSshAgentProxy } from '../../../src/box/sshAgentProxy.ts';
import { temporary } from '../support/config.ts';

/** A message of the protocol. */
const message = (type: number, rest = Buffer.alloc(0)) => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + rest.length);
  head[4] = type;
  return Buffer.concat([head, rest]);
};
const me = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

describe('the proxy of the SSH agent', () => {
  let folder: string;
  let close: () => Promise<void>;
  let reached: number[];
  let stopAgent: () => void;

  // It answers each request with its own type and 100.
  beforeEach(async () => {
    folder = await temporary();
    reached = [];
    const server = createServer((socket) => {
      socket.on('error', () => {});
      let rest = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
          const type = rest[4] ?? 0;
          reached.push(type);
          rest = rest.subarray(4 + rest.readUInt32BE(0));
          socket.write(message(100, Buffer.from([type])));
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(join(folder, 'real'), resolve));
    stopAgent = () => server.close();
    close = await startSshAgentProxy(join(folder, 'dir'), join(folder, 'real'), me);
  });

  afterEach(async () => {
    await close();
    stopAgent();
  });

  const open = () => connect(join(folder, 'dir/agent.sock'));

  /** What comes back until `bytes` are there or the connection ends. */
  const answers = (socket: Socket, bytes: number) =>
    new Promise<Buffer>((resolve) => {
      let got = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        got = Buffer.concat([got, chunk]);
        if (got.length >= bytes) resolve(got);
      });
      socket.on('close', () => resolve(got)).on('error', () => {});
    });

  test('lets through listing and signing, in order, and answers all else itself', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.oneof(fc.constantFrom(11, 13), fc.nat(255)), fc.uint8Array({ maxLength: 300 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 40 }),
        async (requests, piece) => {
          reached.length = 0;
          const allowed = (type: number) => type === 11 || type === 13;
          const expected = Buffer.concat(
            requests.map(([type]) => (allowed(type) ? message(100, Buffer.from([type])) : message(5))),
          );
          const sent = Buffer.concat(requests.map(([type, rest]) => message(type, Buffer.from(rest))));
          const socket = open();
          const got = answers(socket, expected.length);
          for (let at = 0; at < sent.length; at += piece) socket.write(sent.subarray(at, at + piece));
          expect(await got).toEqual(expected);
          socket.destroy();
          expect(reached).toEqual(requests.map(([type]) => type).filter(allowed));
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['of no length', Buffer.from([0, 0, 0, 0, 11])],
    ['that is too long', Buffer.from([0xff, 0xff, 0xff, 0xff, 13])],
  ])('ends a connection with a message %s', async (_, bytes) => {
    const socket = open();
    const got = answers(socket, 1);
    socket.write(bytes);
    expect(await got).toHaveLength(0);
    expect(reached).toEqual([]);
  });

  test('ends a connection when the agent is gone', async () => {
    await close();
    close = await startSshAgentProxy(join(folder, 'dir'), join(folder, 'nothing'), me);
    const socket = open();
    const got = answers(socket, 1);
    socket.write(message(11));
    expect(await got).toHaveLength(0);
  });

  test('has a directory for the user of the box alone, which goes with it', async () => {
    expect(statSync(join(folder, 'dir')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'dir/agent.sock')).mode & 0o777).toBe(0o600);
    await expect(startSshAgentProxy(join(folder, 'dir'), join(folder, 'real'), me)).rejects.toThrow('EEXIST');
    await close();
    expect(existsSync(join(folder, 'dir'))).toBe(false);
  });
});

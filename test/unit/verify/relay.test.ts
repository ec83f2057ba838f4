import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readLines, sendLine } from '../../../src/network/gateway/lines.ts';
import { runProxy } from '../../../src/network/gateway/proxy.ts';
import { makeAuthority } from '../../../src/network/keeper/certificate.ts';
import { parseRule } from '../../../src/network/policy/parse.ts';
import type { GatewayState, ToGateway } from '../../../src/network/protocol.ts';
import { judge, type Row } from '../../../src/verify/judge.ts';
import { type Listener, openListener } from '../../../src/verify/listener.ts';
import type { Probe } from '../../../src/verify/probe.ts';
import { ALLOWED_BELOW, ALLOWED_NAME, throughTheGateway } from '../../../src/verify/probes/relay.ts';
import { attackProgram } from '../../../src/verify/program.ts';
import { openSession } from '../../../src/verify/session.ts';
import { facts } from './facts.ts';

const SOCKET = 'a'.repeat(32);

/** The attacks by way of the gateway, in no box: by a port that carries bytes as a box's relay does. */
async function rowsBy(port: number, listener: Listener): Promise<readonly Row[]> {
  const probes = throughTheGateway({ ...facts, listener: listener.facts })
    .filter(({ attack }) => attack?.op === 'talk')
    .map((probe): Probe => {
      const [, ...rest] = probe.attack?.args ?? [];
      return { ...probe, attack: { op: 'talk', args: [`${port}`, ...rest] } };
    });
  const silent = { in: new PassThrough(), out: new PassThrough(), err: new PassThrough() };
  const io = { ...silent, inIsTerminal: false, outIsTerminal: false, errIsTerminal: false, columns: 80, colour: false };
  const session = openSession(io, await attackProgram());
  const env = { PATH: process.env['PATH'], [facts.canary.name]: 'placeholder' };
  const perl = spawn('perl', ['-'], { stdio: ['pipe', 'pipe', 'inherit'], env });
  session.io.in.pipe(perl.stdin);
  perl.stdout.pipe(session.io.out);
  const answers = await session.ask(probes, { limit: 10_000 });
  session.end();
  return probes.map((probe) => judge(probe, answers.get(probe.id)));
}

/** A TCP port each of whose connections is given to `carry`. */
async function serve(carry: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    carry(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

describe('the attacks by way of the gateway', () => {
  const sockets = mkdtempSync(join(tmpdir(), 'agentbox-verify-relay-'));
  const input = new PassThrough();
  let listener: Listener;
  let proxy: Promise<void>;

  beforeAll(async () => {
    listener = await openListener();
    const output = new PassThrough();
    proxy = runProxy({ input, output, sockets, now: Date.now });
    const [own] = listener.facts.addresses.filter(({ answers, address }) => answers && !address.includes(':'));
    const rules = [`${own?.address}:${listener.facts.open}`, ALLOWED_NAME, `*.${ALLOWED_BELOW}`].map((text) =>
      parseRule(text, { verdict: 'allow', from: 'test' }),
    );
    const { certificate, key } = await makeAuthority([ALLOWED_NAME], new Date());
    const secret = { name: facts.canary.name, placeholder: 'placeholder', value: facts.canary.value };
    const box = {
      ...{ name: 'b', socket: SOCKET, policy: { rules }, hosts: {}, dns: [] },
      ...{ brokered: [{ ...secret, hosts: [ALLOWED_NAME] }], tls: { certificate, key } },
    };
    const state: GatewayState = {
      ...{ format: 1, boxes: [box], live: [], upstream: undefined, authorities: '', watched: false },
    };
    const acknowledged = new Promise<void>((resolve) => {
      void readLines(output, (line) => line.includes('"ack"') && resolve());
    });
    sendLine(input, { op: 'state', revision: 1, state } satisfies ToGateway);
    await acknowledged;
  });

  afterAll(async () => {
    listener?.close();
    input.end();
    await proxy;
    rmSync(sockets, { recursive: true, force: true });
  });

  test('hold against the gateway’s own proxy, which nobody gets past', async () => {
    const relay = await serve((socket) => {
      const far = connect(join(sockets, SOCKET));
      far.on('error', () => socket.destroy());
      socket.pipe(far).pipe(socket);
    });
    const rows = await rowsBy(portOf(relay), listener);
    relay.close();
    expect(rows.filter(({ verdict }) => verdict !== 'green')).toEqual([]);
    expect(rows.length).toBeGreaterThan(100);
    expect(listener.visits()).toEqual([]);
  });

  test('are red against a proxy that lets everything through, and one that only fails', async () => {
    const open = await serve((socket) => {
      socket.once('data', (first) => {
        if (first.toString('latin1').startsWith('CONNECT')) socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const far = connect(listener.facts.open, '127.0.0.1');
        far.on('error', () => socket.destroy());
        if (!first.toString('latin1').startsWith('CONNECT')) far.write(first);
        socket.pipe(far).pipe(socket);
      });
    });
    const failing = await serve((socket) =>
      socket.end('HTTP/1.1 502 Bad Gateway\r\nX-Agentbox-Refused: unresolved\r\n\r\n'),
    );
    const [opened, failed] = [await rowsBy(portOf(open), listener), await rowsBy(portOf(failing), listener)];
    open.close();
    failing.close();
    const green = (rows: readonly Row[]) => rows.filter(({ verdict }) => verdict === 'green').map(({ id }) => id);
    // Controls, which work there as well.
    expect(green(opened)).toEqual(['reaches', 'reaches-http', 'placeholder-sent']);
    expect(green(failed)).toEqual([]);
  });
});

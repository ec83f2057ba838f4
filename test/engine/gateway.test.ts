import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { approver } from '../../src/box/approve.ts';
import { encodePayload } from '../../src/box/payload.ts';
import type { EngineFacts } from '../../src/engine/engine.ts';
import { readLines, sendLine } from '../../src/network/gateway/lines.ts';
import type { FromGateway, GatewayState, ToGateway } from '../../src/network/protocol.ts';
import { SOCKETS } from '../../src/network/protocol.ts';
import { GATEWAY_CONTROL, gatewayLabels, gatewaySpec } from '../../src/plan/gateway.ts';
import type { BoxSpec, Mount } from '../../src/plan/spec.ts';
import { boxesOf, collect, pipes } from './support/boxes.ts';
import { baseImage, findEngine, silentDeps } from './support/engines.ts';
import { builtGateway } from './support/gateway.ts';

const tested = (['docker', 'podman'] as const).flatMap((kind) => findEngine(kind) ?? []);
const soon = { timeout: 15_000, interval: 20 };
/** Connects to the socket of a box as its relay does, asks for a host, and prints the answer's first line. */
const ASK = `use IO::Socket::UNIX; my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "no: $!\\n";
print $s "CONNECT $ARGV[1] HTTP/1.1\\r\\nHost: $ARGV[1]\\r\\n\\r\\n"; print scalar <$s>;`;

describe.each(tested)("a client's gateway on $kind", (test) => {
  const { engine } = test;
  const client = `gw-${randomBytes(4).toString('hex')}`;
  const paths = { dataDir: '/nonexistent/agentbox' };
  const labels = gatewayLabels(client, paths);
  let spec: BoxSpec;
  let image = '';
  let facts: EngineFacts;
  const boxes = boxesOf(test, () => image);

  beforeAll(async () => {
    const { ensureGatewayImage } = await builtGateway();
    image = await baseImage(test);
    facts = await engine.facts();
    const tag = await ensureGatewayImage(engine, silentDeps());
    spec = gatewaySpec({ client, paths, image: tag, facts, version: '1.2.3' });
  }, 600_000);
  afterEach(async () => {
    await boxes.cleanUp();
    if (spec === undefined) return;
    await engine.remove(spec.name);
    await engine.removeVolume(spec.name);
  });

  /** Starts the gateway as a keeper does. */
  async function start(): Promise<string> {
    const env = (await engine.image(spec.image))?.env ?? {};
    await engine.makeVolume(spec.name, labels);
    const approve = approver(engine, spec, env);
    return (await engine.launch({ spec, payload: encodePayload([]), approve, streams: undefined })).id;
  }

  /** Talks to it as a keeper does. */
  function connect(id: string) {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), collect()];
    const events: FromGateway[] = [];
    void readLines(stdout, (line) => events.push(JSON.parse(line) as FromGateway));
    const streams = { stdin, stdout, stderr: stderr.stream, terminal: undefined };
    const ended = engine.exec(id, GATEWAY_CONTROL, { streams });
    ended.catch(() => {});
    return {
      ended,
      send: (message: ToGateway) => sendLine(stdin, message),
      close: () => stdin.end(),
      has: (wanted: Partial<FromGateway>) =>
        expect.poll(() => events, soon).toContainEqual(expect.objectContaining(wanted)),
      count: (event: FromGateway['event']) => events.filter((found) => found.event === event).length,
    };
  }

  async function inGateway(id: string, argv: readonly string[]): Promise<string> {
    const { streams, stdout, stderr } = pipes('');
    await engine.exec(id, argv, { streams });
    return stdout() + stderr();
  }

  /** A state with one box, whose socket is given. */
  function stateOf(socket: string): GatewayState {
    const target = { kind: 'range', address: '192.0.2.1', prefix: 32, ports: undefined } as const;
    const policy = { rules: [{ verdict: 'allow', target, text: '192.0.2.1', from: 'test' } as const] };
    const box = { name: 'box', socket, policy, hosts: {}, dns: [], brokered: [], tls: undefined };
    return { format: 1, boxes: [box], live: [], upstream: undefined, authorities: '', watched: false };
  }

  /** What a box that has the volume sees. */
  async function inBox(script: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const volume: Mount = {
      ...{ source: spec.name, volume: true, target: SOCKETS },
      ...{ write: false, relabel: false, purpose: 'gateway' },
    };
    const box = boxes.spec(script, { mounts: [volume] });
    return boxes.run(box);
  }

  it('starts as planned, is no box, takes a state, and lets a box in by its socket alone', async () => {
    const socket = randomBytes(16).toString('hex');
    const id = await start();
    expect((await engine.boxes({})).map((box) => box.id)).not.toContain(id);
    expect((await engine.boxes(labels)).map(({ name }) => name)).toEqual([spec.name]);
    expect(await engine.volumes(labels)).toEqual([expect.objectContaining({ name: spec.name })]);
    const keeper = connect(id);
    await keeper.has({ event: 'hello', revision: 0 });
    keeper.send({ op: 'state', revision: 1, state: stateOf(socket) });
    await keeper.has({ event: 'ack', revision: 1 });

    const asked = await inBox(['perl', '-e', ASK, `${SOCKETS}/${socket}`, 'denied.example:443']);
    expect(asked).toMatchObject({ stdout: expect.stringMatching(/^HTTP\/1\.1 403 /), stderr: '' });
    await keeper.has({ event: 'decision', decision: expect.objectContaining({ box: 'box', host: 'denied.example' }) });
    const script = `ls ${SOCKETS}; rm ${SOCKETS}/${socket}; touch ${SOCKETS}/x; ls /run/agentbox`;
    const { stdout, stderr } = await inBox(['sh', '-c', script]);
    expect(stderr.match(/Permission denied|Read-only file system/g)).toHaveLength(3);
    expect(stdout).not.toMatch(new RegExp(`control.sock|${socket}`));

    keeper.close();
    expect(await keeper.ended).toBe(0);
  });

  it('starts a proxy that was killed again, with the state, and ends with its holder', async () => {
    const socket = randomBytes(16).toString('hex');
    const id = await start();
    const keeper = connect(id);
    keeper.send({ op: 'state', revision: 4, state: stateOf(socket) });
    await keeper.has({ event: 'ack', revision: 4 });
    await inGateway(id, ['pkill', '-KILL', '-f', 'gateway.mjs proxy']);
    await keeper.has({ event: 'proxy', up: false });
    await expect.poll(() => keeper.count('ack'), soon).toBe(2);
    const { stdout } = await inBox(['perl', '-e', ASK, `${SOCKETS}/${socket}`, 'denied.example:443']);
    expect(stdout).toMatch(/^HTTP\/1\.1 403 /);

    const other = connect(id);
    other.send({ op: 'get' });
    await other.has({ event: 'known', revision: 4 });
    await inGateway(id, ['pkill', '-KILL', '-f', 'gateway.mjs serve']);
    await expect.poll(async () => (await engine.boxes(labels))[0]?.state, soon).toBe('exited');
    await Promise.all([keeper.ended, other.ended].map((ended) => ended.catch(() => {})));
  });

  it('ends when it is told to', async () => {
    const keeper = connect(await start());
    await keeper.has({ event: 'hello' });
    keeper.send({ op: 'stop' });
    await expect.poll(async () => (await engine.boxes(labels))[0]?.state, soon).toBe('exited');
    expect((await engine.boxes(labels))[0]?.exitCode).toBe(0);
    await keeper.ended.catch(() => {});
  });
});

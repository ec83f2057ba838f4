import type { Readable, Writable } from 'node:stream';
import type { BoxInfo, Engine, Launch } from '../../../../src/engine/engine.ts';
import { UserError } from '../../../../src/errors.ts';
import { lineCutter } from '../../../../src/network/gateway/lines.ts';
import type { FromGateway, GatewayState, ToGateway } from '../../../../src/network/protocol.ts';
import { docker } from '../../support/facts.ts';

/** A gateway in memory: acknowledges states, keeps the last one, and says what a test has it say. */
interface FakeGateway {
  /** Everything that was sent to gateways, in order. */
  readonly sent: ToGateway[];
  readonly image: string;
  state: { revision: number; state: GatewayState } | undefined;
  acknowledges: boolean;
  say(line: FromGateway): void;
  /** The container ends. */
  die(): void;
}

/** A stand-in for an engine: lists what it is told to, and runs gateways in memory. */
export interface FakeEngine {
  readonly engine: Engine;
  boxes: BoxInfo[];
  /** The gateway that runs. */
  gateway: FakeGateway | undefined;
  launches: number;
  readonly volumes: Set<string>;
  /** What a launch throws. */
  trouble: UserError | undefined;
  /** Runs a gateway that no keeper of this test has launched. */
  run(image: string): FakeGateway;
}

/** A box as the engine lists it. */
export function listed(
  name: string,
  state: BoxInfo['state'] = 'running',
  labels: Record<string, string> = {},
): BoxInfo {
  return { id: name, name, image: '', labels, state, exitCode: undefined, created: '' };
}

export function fakeEngine(gatewayName: string): FakeEngine {
  const running: { out: Writable; end: (code: number) => void }[] = [];
  const fake: FakeEngine = {
    engine: {} as Engine,
    boxes: [],
    gateway: undefined,
    launches: 0,
    volumes: new Set(),
    trouble: undefined,
    run(image) {
      const sent: ToGateway[] = [];
      const gateway: FakeGateway = {
        sent,
        image,
        state: undefined,
        acknowledges: true,
        say(line) {
          for (const { out } of running) out.write(`${JSON.stringify(line)}\n`);
        },
        die() {
          if (fake.gateway === gateway) fake.gateway = undefined;
          for (const { end } of running.splice(0)) end(137);
        },
      };
      fake.gateway = gateway;
      return gateway;
    },
  };
  const engine: Partial<Engine> = {
    kind: 'docker',
    facts: async () => docker,
    image: async (ref) => ({ id: ref, env: {}, labels: {}, size: 0 }),
    makeVolume: async (name) => void fake.volumes.add(name),
    removeVolume: async (name) => void fake.volumes.delete(name),
    async boxes(labels) {
      if (labels['dev.agentbox'] !== 'gateway') return fake.boxes;
      return fake.gateway === undefined ? [] : [{ ...listed(gatewayName), image: fake.gateway.image }];
    },
    async launch({ spec }: Launch) {
      fake.launches += 1;
      if (fake.trouble !== undefined) throw fake.trouble;
      fake.run(spec.image);
      return { id: spec.name, exit: new Promise<number>(() => {}), detach() {} };
    },
    async remove() {
      fake.gateway?.die();
    },
    async exec(_id, _argv, { streams }) {
      const { gateway } = fake;
      if (gateway === undefined) throw new UserError('engine', 'no such container');
      return await talk(gateway, streams.stdin, streams.stdout, running);
    },
  };
  Object.assign(fake.engine, engine);
  return fake;
}

function talk(
  gateway: FakeGateway,
  input: Readable,
  out: Writable,
  running: { out: Writable; end: (code: number) => void }[],
): Promise<number> {
  const say = (line: FromGateway) => out.write(`${JSON.stringify(line)}\n`);
  const cut = lineCutter((text) => {
    const line = JSON.parse(text) as ToGateway;
    gateway.sent.push(line);
    if (line.op === 'state') {
      gateway.state = line;
      if (gateway.acknowledges) say({ event: 'ack', revision: line.revision });
    }
    if (line.op === 'get') {
      say({ event: 'known', revision: gateway.state?.revision ?? 0, state: gateway.state?.state });
    }
  });
  return new Promise((resolve) => {
    const connection = { out, end: resolve };
    running.push(connection);
    input.on('data', cut);
    input.on('end', () => {
      const at = running.indexOf(connection);
      if (at !== -1) running.splice(at, 1);
      resolve(0);
    });
    say({ event: 'hello', version: 'test', revision: gateway.state?.revision ?? 0 });
  });
}

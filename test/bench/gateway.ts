/**
 * The gateway, as ratios within one run on each engine: throughput and time to connect against tinyproxy (in a container of
 * the same base image; its client shares its network) and against a direct connection; start-up with the gateway there and not;
 * a neighbour at full rate; memory of further boxes. Needs root, a built agentbox and Debian's packages. `npm run bench:gateway -- [ROUNDS [docker|podman]]`.
 */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gatewayGrounds } from '../e2e/support/gatewayGrounds.ts';
import { type GatewayLab, makeGatewayLab, SOURCE_AT, type StayingBox } from '../e2e/support/gatewayLab.ts';
import { gatewayIds, gatewayProcesses, memoryOf } from '../e2e/support/gateways.ts';
import { ended } from '../e2e/support/lab.ts';
import { compare, report, type Times } from './measure.ts';

const LOAD = fileURLToPath(new URL('../e2e/support/insideLoad.mjs', import.meta.url));
const MIB = 1024 * 1024;
const BYTES = 1024 * MIB;
const ROUNDS = Number(process.argv[2] ?? 5);
const BASE = 'node:22-bookworm-slim';
const RIVAL = 'agentbox-bench-tinyproxy';

console.log(`npm run bench:gateway -- ${ROUNDS}\n`);
const [, , , only] = process.argv;
for (const ground of gatewayGrounds().filter(({ gvisor, name }) => !gvisor && (only ?? name) === name)) {
  console.log(`== ${ground.name}`);
  const all = await makeGatewayLab(ground);
  try {
    await startUp(all);
    const box = await all.box('one');
    await traffic(all, box);
    await neighbours(all, box, await all.box('other'));
    await memory(all);
  } finally {
    await all.close();
  }
}

/** The contenders in turn, so that whatever else the machine does hits all alike. */
async function traffic(all: GatewayLab, box: StayingBox): Promise<void> {
  const rival = await startRival(all);
  try {
    const address = `${all.network.address(18)}:9000`;
    const ways: readonly (readonly [string, (...args: readonly string[]) => Promise<unknown>])[] = [
      ['directly', (mode = '', ...args) => rival.load('', mode, address, ...args)],
      ['tinyproxy', (mode = '', ...args) => rival.load('127.0.0.1:8888', mode, address, ...args)],
      ['the gateway', (mode = '', ...args) => box.load(mode, address, ...args)],
      ['the gateway, by name', (mode = '', ...args) => box.load(mode, SOURCE_AT, ...args)],
    ];
    const bulk = ways.map((): number[] => []);
    const connects = ways.map((): number[] => []);
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [index, [, load]] of ways.entries()) {
        const time = (await load('bulk', `${BYTES}`)) as number;
        const times = (await load('latency', '200')) as number[];
        if (round > 0) {
          bulk[index]?.push(time);
          connects[index]?.push(...times);
        }
      }
    }
    const times = (samples: readonly number[][]) =>
      ways.map(([name], index): Times => ({ name, ...quantiles(samples[index] ?? []) }));
    console.log(`${report(`${BYTES / MIB} MiB through one tunnel`, times(bulk))}`);
    const rate = bulk.map((samples) => (BYTES / MIB / (quantiles(samples).median / 1000)).toFixed(0));
    console.log(`  in MiB/s: ${ways.map(([name], index) => `${name} ${rate[index]}`).join(', ')}`);
    console.log(`${report('a connection with one byte', times(connects), 2)}\n`);
  } finally {
    rival.close();
  }
}

interface Rival {
  load(proxy: string, ...args: readonly string[]): Promise<unknown>;
  close(): void;
}

/** tinyproxy in a container, and one for its clients that has the same network. */
async function startRival({ lab }: GatewayLab): Promise<Rival> {
  const context = join(lab.home, 'rival');
  const settings = ['Port 8888', 'Timeout 600', 'MaxClients 2000', 'LogLevel Critical', 'User nobody', 'Group nogroup'];
  const lines = [
    `FROM ${BASE}`,
    'RUN apt-get update && apt-get install -y --no-install-recommends tinyproxy-bin',
    `RUN printf '%s\\n' ${settings.map((line) => `'${line}'`).join(' ')} > /etc/rival.conf`,
    'CMD ["tinyproxy", "-d", "-c", "/etc/rival.conf"]',
  ];
  lab.write(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
  lab.write(join(context, 'load.mjs'), readFileSync(LOAD, 'utf8'), 0o644);
  const engine = async (...args: readonly string[]) => {
    const [file = '', ...rest] = lab.engineCommand(args);
    const env = lab.environment({ DOCKER_BUILDKIT: '0' });
    const result = await ended(spawn(file, rest, { cwd: lab.project, stdio: 'pipe', env }), { limit: 300_000 });
    if (result.code !== 0) throw new Error(`${args.join(' ')}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  await engine('build', '-t', RIVAL, context);
  const names = ['proxy', 'client'].map((part) => `${RIVAL}-${part}-${process.pid}`) as [string, string];
  const [proxy, client] = names;
  await engine('run', '-d', '--rm', '--name', proxy, RIVAL);
  const load = ['-v', `${context}/load.mjs:/load.mjs:ro`];
  await engine(
    'run',
    '-d',
    '--rm',
    '--name',
    client,
    '--network',
    `container:${proxy}`,
    ...load,
    BASE,
    'sleep',
    '3600',
  );
  return {
    async load(through, ...args) {
      const printed = await engine('exec', '-e', `PROXY=${through}`, client, 'node', '/load.mjs', ...args);
      return JSON.parse(printed.trim().split('\n').at(-1) ?? '');
    },
    close: () => {
      // Podman lets the first go only after the second, which has its network.
      for (const name of [client, proxy]) lab.engine(['rm', '-f', name]);
      lab.engine(['rmi', '-f', RIVAL]);
    },
  };
}

async function startUp(all: GatewayLab): Promise<void> {
  const { lab, flags } = all;
  const argv = lab.argv(['run', lab.project, ...flags, '--', 'true']);
  const first = await all.agentbox(['run', lab.project, ...flags, '--', 'true']);
  if (first.code !== 0) throw new Error(first.stderr);
  const image = lab
    .engine(['images', '--filter', 'label=dev.agentbox.image=base', '--format', '{{.Repository}}:{{.Tag}}'])
    .split('\n')
    .find((name) => !name.includes('<none>'));
  const own = lab.argv([]).slice(0, -1);
  const end = () => {
    for (const pid of gatewayProcesses(lab).keepers) process.kill(pid, 'SIGKILL');
    lab.engine(['rm', '-f', ...gatewayIds(lab)]);
  };
  const times = await compare(
    [
      {
        name: `${lab.ground.engine} run --rm`,
        argv: [...own, lab.ground.engine, 'run', '--rm', '--entrypoint', '/bin/true', image ?? ''],
      },
      { name: 'agentbox run, gateway there', argv },
      { name: 'agentbox run, no gateway', argv, before: end },
    ],
    Math.max(ROUNDS, 5),
  );
  console.log(`${report('start-up', times)}\n`);
}

/** The quiet box speaks to a source that the loud one does not; without the gateway it shows what the machine itself does. */
async function neighbours(all: GatewayLab, box: StayingBox, noisy: StayingBox): Promise<void> {
  const rival = await startRival(all);
  const address = all.network.address(18);
  const ways: Readonly<Record<string, (...args: readonly string[]) => Promise<unknown>>> = {
    'the gateway': (...args) => box.load(...args),
    tinyproxy: (...args) => rival.load('127.0.0.1:8888', ...args),
    directly: (...args) => rival.load('', ...args),
  };
  const p95s = async () => {
    const found: number[] = [];
    for (const load of Object.values(ways)) {
      found.push(quantiles((await load('latency', `${address}:9001`, '300')) as number[]).p95);
    }
    return found;
  };
  try {
    const idle = await p95s();
    const flood = noisy.load<{ good: number; bytes: number }>('flood', `${address}:9000`, '500', '20');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const busy = await p95s();
    const { good, bytes } = await flood;
    console.log(
      `connect p95 beside ${good} tunnels of another box at ${(bytes / MIB / 20).toFixed(0)} MiB/s, and idle`,
    );
    for (const [index, name] of Object.keys(ways).entries()) {
      const [quiet = 0, loud = 0] = [idle[index], busy[index]];
      console.log(
        `  ${name.padEnd(12)} ${loud.toFixed(2)} ms and ${quiet.toFixed(2)} ms: ${(loud / quiet).toFixed(2)}×`,
      );
    }
    console.log('');
  } finally {
    rival.close();
  }
}

async function memory(all: GatewayLab): Promise<void> {
  const size = () => {
    const { holders, proxies } = gatewayProcesses(all.lab);
    return memoryOf([...holders, ...proxies]) / MIB;
  };
  const before = size();
  const count = 18;
  for (let index = 0; index < count; index += 1) await (await all.box(`more${index}`)).ask('https://good.lab.test/x');
  const after = size();
  const each = ((after - before) / count).toFixed(2);
  console.log(
    `the gateway: ${before.toFixed(1)} MiB with 2 boxes, ${after.toFixed(1)} with 20: ${each} for each further\n`,
  );
}

function quantiles(samples: readonly number[]): { median: number; p90: number; p95: number } {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p90: at(0.9), p95: at(0.95) };
}

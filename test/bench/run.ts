/**
 * Start-up, as ratios within one run: `agentbox run … -- true` against the engine's own `run --rm` of the same image, the gateway
 * kept by another box, and `--version` against the engine's and Node's own. Needs a built agentbox; a single executable is measured
 * beside it with `--binary FILE`. `--where` also tells where the time of a run goes. `npm run bench -- [ROUNDS] [--only GROUND] [--where] [--binary FILE]`.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { grounds } from '../e2e/support/engines.ts';
import { type Lab, makeLab } from '../e2e/support/lab.ts';
import { type Contender, compare, report } from './measure.ts';
import { whereItGoes } from './where.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, where: { type: 'boolean' }, binary: { type: 'string' } },
});
const rounds = Number(positionals[0] ?? 20);
const NETWORKS = ['gateway', 'open', 'none'] as const;

console.log(`npm run bench -- ${process.argv.slice(2).join(' ')}`);
console.log(`${rounds} rounds each, in turn; the first of a group is the yardstick\n`);
for (const ground of grounds().filter(({ name }) => name === (values.only ?? name))) {
  const lab = makeLab(ground);
  try {
    await measure(lab);
  } finally {
    lab.close();
  }
}

async function measure(lab: Lab): Promise<void> {
  const { ground } = lab;
  // gVisor that reaches no socket of a volume has boxes without a gateway.
  const networks = NETWORKS.filter((network) => network !== 'gateway' || !ground.gvisor);
  lab.config('defaults: { agent: shell, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  const run = (network: string, ...more: readonly string[]) => [
    ...['run', lab.project, ...ground.flags, '--network', network, ...more],
  ];
  for (const network of networks) {
    const first = await lab.agentbox([...run(network), '--', 'true'], { limit: 580_000 });
    if (first.code !== 0) throw new Error(first.stderr);
  }
  const programs = programsOf(lab);
  const image = imageOf(lab);
  const runtime = ground.gvisor ? ['--runtime', 'runsc'] : [];
  const engine = [...ground.as, ...engineEnv(lab), ground.engine];
  const own = [...engine, 'run', '--rm', ...runtime, '--entrypoint', '/bin/true'];
  const times = await compare(
    [
      { name: `${ground.engine} run --rm`, argv: [...own, image] },
      { name: `${ground.engine} run --rm --network none`, argv: [...own, '--network', 'none', image] },
      ...programs.flatMap(({ name, argv }) =>
        networks.map((network) => ({
          name: `${name} run --network ${network}`,
          argv: argv([...run(network), '--', 'true']),
        })),
      ),
    ],
    rounds,
  );
  console.log(`${report(ground.name, times)}\n`);
  if (values.where) {
    for (const network of networks) console.log(`${await whereItGoes(lab, [...run(network), '--', 'true'], rounds)}\n`);
  }
  if (ground.gvisor) return;
  const as = [...ground.as, ...engineEnv(lab)];
  const version = await compare(
    [
      { name: `${ground.engine} --version`, argv: [...engine, '--version'] },
      { name: 'node -e 0', argv: [...as, process.execPath, '-e', '0'] },
      ...programs.flatMap(({ name, argv }): Contender[] => [
        { name: `${name} --version`, argv: argv(['--version']) },
        { name: `${name} ls`, argv: argv(['ls', ...ground.flags.slice(0, 2)]) },
      ]),
    ],
    rounds,
  );
  console.log(`${report('the program itself', version)}\n`);
}

interface Program {
  readonly name: string;
  readonly argv: (args: readonly string[]) => readonly string[];
}

/** The bundle on this Node, and the single executable where one is given; each where the ground's user may start it. */
function programsOf(lab: Lab): readonly Program[] {
  const bundle = { name: 'agentbox', argv: lab.argv };
  if (values.binary === undefined) return [bundle];
  const file = join(lab.dir, 'bin', 'agentbox-binary');
  copyFileSync(values.binary, file);
  const before = [...lab.ground.as, ...engineEnv(lab)];
  return [bundle, { name: 'binary', argv: (args) => [...before, file, ...args] }];
}

function imageOf(lab: Lab): string {
  const list = ['images', '--filter', 'label=dev.agentbox.image=base', '--format', '{{.Repository}}:{{.Tag}}'];
  return lab.engine(list).split('\n')[0] ?? '';
}

function engineEnv(lab: Lab): readonly string[] {
  const argv = lab.argv([]);
  return argv.slice(lab.ground.as.length, -1);
}

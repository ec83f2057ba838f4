/**
 * Start-up, as ratios within one run: `agentbox run … -- true` against the engine's own `run --rm` of the same image, and
 * `agentbox --version` against `node -e 0`. Needs a built agentbox. `npm run bench -- [ROUNDS]`.
 */
import { grounds } from '../e2e/support/engines.ts';
import { type Lab, makeLab } from '../e2e/support/lab.ts';
import { compare, report } from './measure.ts';

const rounds = Number(process.argv[2] ?? 20);

console.log(`${rounds} rounds each, in turn; the first of a group is the yardstick\n`);
for (const ground of grounds()) {
  const lab = makeLab(ground);
  try {
    await start(lab);
  } finally {
    lab.close();
  }
}

async function start(lab: Lab): Promise<void> {
  const { ground } = lab;
  lab.config('defaults: { agent: shell, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  const run = (...flags: readonly string[]) => lab.argv(['run', lab.project, ...ground.flags, ...flags, '--', 'true']);
  const built = await lab.agentbox(['run', '.', ...ground.flags, '--', 'true'], { limit: 580_000 });
  if (built.code !== 0) throw new Error(built.stderr);
  const image =
    lab
      .engine(['images', '--filter', 'label=dev.agentbox.image=base', '--format', '{{.Repository}}:{{.Tag}}'])
      .split('\n')[0] ?? '';
  const runtime = ground.gvisor ? ['--runtime', 'runsc'] : [];
  const own = [...ground.as, ...engineEnv(lab), ground.engine, 'run', '--rm', ...runtime, '--entrypoint', '/bin/true'];
  const times = await compare(
    [
      { name: `${ground.engine} run --rm`, argv: [...own, image] },
      { name: `${ground.engine} run --rm --network none`, argv: [...own, '--network', 'none', image] },
      { name: 'agentbox run --network open', argv: run('--network', 'open') },
      { name: 'agentbox run --network none', argv: run('--network', 'none') },
    ],
    rounds,
  );
  console.log(`${report(ground.name, times)}\n`);
  if (ground.gvisor) return;
  const program = lab.argv(['--version']);
  const version = await compare(
    [
      { name: 'node -e 0', argv: [...program.slice(0, program.indexOf('--version') - 1), process.execPath, '-e', '0'] },
      { name: 'agentbox --version', argv: program },
      { name: 'agentbox ls', argv: lab.argv(['ls', ...ground.flags.slice(0, 2)]) },
    ],
    rounds,
  );
  console.log(`${report('the program itself', version)}\n`);
}

function engineEnv(lab: Lab): readonly string[] {
  const argv = lab.argv([]);
  return argv.slice(lab.ground.as.length, -1);
}

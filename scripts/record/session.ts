import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { grounds } from '../../test/e2e/support/engines.ts';
import { type Lab, makeLab } from '../../test/e2e/support/lab.ts';
import { makeHeard, startLabHost } from '../../test/e2e/support/labHosts.ts';
import { type LabNetwork, makeLabNetwork, passTo } from '../../test/e2e/support/labNetwork.ts';
import { openScreen, type Screen } from '../../test/e2e/support/screen.ts';
import { startModelApi, type Turn } from '../../test/stand-ins/modelApi.ts';
import { type Recording, recorder } from './recording.ts';

const COLUMNS = 96;
const ROWS = 26;
const PROMPT = '$ ';
const SUM = 'export const sum = (all) => all.reduce((a, b) => a + b);\n';
const TEST = `import { sum } from './sum.js';\nif (sum([]) !== 0) throw new Error('the sum of nothing is 0');\n`;

/** What the model says and does: the stand-in plays it, the agent is the real one. */
const TURNS: readonly Turn[] = [
  { text: 'I run the test first.', tool: 'Bash', input: { command: 'node sum.test.js', description: 'test' } },
  {
    tool: 'Bash',
    input: {
      command: `sed -i 's/a + b)/a + b, 0)/' sum.js && node sum.test.js && git commit -qam 'The sum of nothing is 0'`,
      description: 'mend and commit',
    },
  },
  { text: 'The sum of nothing threw, because the fold had no start. It starts at 0 now; the test passes.' },
];

/** What is typed, one after the other. */
const COMMANDS = [
  'agentbox run --agent shell . -- curl -sS https://docs.acme.test',
  'agentbox net allow --client acme --save docs.acme.test',
  'agentbox run --agent shell . -- curl -sS https://docs.acme.test',
  "agentbox run --workspace clone . -- -p 'make the failing test pass'",
  'agentbox diff',
  'agentbox apply --yes --allow-risky',
  'git log --oneline',
  'agentbox verify | tail -1',
];

/**
 * Plays a session in a real bash with the built program, Docker and the real Claude Code. What is not real: the model, whose
 * usual address leads to a stand-in; the host docs.acme.test; and the folder's name.
 */
export async function recordSession(): Promise<Recording> {
  const ground = grounds().find(({ name }) => name === 'docker');
  if (ground === undefined) throw new Error('no Docker');
  const network = await makeLabNetwork();
  const model = await startModelApi({ turns: TURNS, host: '0.0.0.0' });
  const lab = makeLab(ground);
  try {
    await serveHosts(network, model.port);
    const project = prepare(lab, network);
    const built = await lab.agentbox(['build', '--client', 'acme'], { limit: 580_000 });
    if (built.code !== 0) throw new Error(built.stderr);
    const screen = openScreen(['bash', '--noprofile', '--norc', '-i'], {
      columns: COLUMNS,
      rows: ROWS,
      cwd: project,
      env: {
        ...lab.environment(network.env),
        PS1: PROMPT,
        PATH: `${join(lab.home, 'bin')}:${process.env['PATH']}`,
        GIT_PAGER: 'cat',
        NO_UPDATE: '1',
      },
      replace: (text) => text.replaceAll(lab.home, '/home/you'),
    });
    const record = recorder(screen.terminal);
    await screen.until(/^\$ $/m);
    for (const command of COMMANDS) await type(screen, command);
    screen.type('exit\r');
    await screen.end();
    return record.stop();
  } finally {
    lab.close();
    await model.close();
    await network.close();
  }
}

async function serveHosts(network: LabNetwork, model: number): Promise<void> {
  const at = network.address(10);
  network.names.set('api.anthropic.com', [at]);
  await network.tls(['api.anthropic.com'], { address: at, port: 443 }, passTo(model));
  await startLabHost(network, {
    names: ['docs.acme.test'],
    address: network.address(11),
    serve: makeHeard().serve('docs'),
  });
}

/** The client, its project, and an `agentbox` in the PATH that has runs ask the name server of the lab. */
function prepare(lab: Lab, network: LabNetwork): string {
  const project = join(lab.home, 'work/acme/shop');
  mkdirSync(project, { recursive: true });
  chmodSync(lab.home, 0o755);
  chownSync(project, lab.ground.owner.uid, lab.ground.owner.gid);
  const client = {
    projects: [project],
    network: 'gateway',
    allow: [network.lowerHalf],
    credentials: { ANTHROPIC_API_KEY: { file: join(lab.home, 'keep/key') } },
    git: { name: 'Acme Robot', email: 'robot@acme.test' },
  };
  lab.write(join(lab.home, 'keep/key'), 'sk-ant-api03-0123456789abcdefghijklmnop');
  lab.config(JSON.stringify({ defaults: { engine: 'docker', runtime: 'runc' }, clients: { acme: client } }, null, 2));
  // The project is another user's, as root's boxes are never root's.
  lab.write(join(lab.home, '.gitconfig'), '[safe]\n\tdirectory = *\n');
  const dns = `--engine-arg dns=${network.dns.address}`;
  lab.write(
    join(lab.home, 'bin/agentbox'),
    `#!/bin/sh\ncase $1 in run) shift; set -- run ${dns} "$@" ;; esac\nexec ${join(lab.dir, 'bin/agentbox')} "$@"\n`,
    0o755,
  );
  for (const [name, text] of [
    ['sum.js', SUM],
    ['sum.test.js', TEST],
    ['package.json', '{ "type": "module" }\n'],
  ] as const) {
    lab.writeState(join(project, name), text);
  }
  const git = (...args: readonly string[]) => lab.git('-C', project, ...args);
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('-c', 'user.name=You', '-c', 'user.email=you@acme.test', 'commit', '-qm', 'The shop');
  return project;
}

async function type(screen: Screen, command: string): Promise<void> {
  const prompts = () => screen.lines().filter((line) => line === PROMPT.trim() || line.startsWith(PROMPT)).length;
  const before = prompts();
  await setTimeout(900);
  for (const key of command) {
    screen.type(key);
    await setTimeout(12);
  }
  screen.type('\r');
  const until = Date.now() + 120_000;
  while (prompts() <= before) {
    if (Date.now() > until) throw new Error(`${command} does not end:\n${screen.lines().join('\n')}`);
    await setTimeout(30);
  }
}

import { expect, test } from 'vitest';
import { ConfigError, type Problem } from '../../../src/config/problem.ts';
import { parsed } from '../support/config.ts';

test('every key of a client and of defaults is read, with absolute paths', async () => {
  const config = await parsed(`
defaults:
  agent: claude
  engine: podman
  runtime: runsc
  network: gateway
  resources: { memory: 4g, cpus: 1.5, pids: 100 }
  allow_degraded: [memory-limit]
clients:
  acme:
    projects: [~/work/acme, ../relative, /srv/acme]
    agents: [claude, shell]
    login: host
    env: { A: "1" }
    env_file: acme.env
    git: { name: A Name, email: a@example.com }
    mounts: [{ source: ~/data, target: /data }, { source: /o, target: /out, write: true }]
    agent_config: { claude: ~/claude }
    agent_version: { claude: 2.1.329 }
    image: example.com/team/box:1
    autonomy: ask
    workspace_path: same
    credentials:
      A_KEY: { env: CORP_KEY }
      B_KEY: { file: ~/key, deliver: { file: /home/agent/key }, agents: [claude] }
      C_KEY: { command: [gh, auth, token], deliver: env }
      D_KEY: { keychain: acme }
`);
  expect(config.defaults).toEqual({
    agent: 'claude',
    engine: 'podman',
    runtime: 'runsc',
    network: 'gateway',
    resources: { memory: 4 * 1024 ** 3, cpus: 1.5, pids: 100 },
    allowDegraded: ['memory-limit'],
  });
  expect(config.clients.get('acme')).toEqual({
    projects: ['/home/user/work/acme', '/home/user/.config/relative', '/srv/acme'],
    agents: ['claude', 'shell'],
    login: 'host',
    env: { A: '1' },
    envFile: '/home/user/.config/agentbox/acme.env',
    git: { name: 'A Name', email: 'a@example.com' },
    mounts: [
      { source: '/home/user/data', target: '/data', write: false },
      { source: '/o', target: '/out', write: true },
    ],
    agentConfig: { claude: '/home/user/claude' },
    agentVersion: { claude: '2.1.329' },
    image: 'example.com/team/box:1',
    autonomy: 'ask',
    workspacePath: 'same',
    credentials: {
      A_KEY: { source: { env: 'CORP_KEY' }, deliver: 'auto', agents: undefined },
      B_KEY: { source: { file: '/home/user/key' }, deliver: { file: '/home/agent/key' }, agents: ['claude'] },
      C_KEY: { source: { command: ['gh', 'auth', 'token'] }, deliver: 'env', agents: undefined },
      D_KEY: { source: { keychain: 'acme' }, deliver: 'auto', agents: undefined },
    },
  });
});

test.each(['', '# only a comment\n', 'defaults:\nclients:\n', 'clients:\n  acme:\n', '{}', '---\n'])(
  '%j is a valid configuration',
  async (text) => {
    const config = await parsed(text);
    expect(config.defaults).toEqual({});
    expect([...config.clients.values()]).toEqual(text.includes('acme') ? [{}] : []);
  },
);

const acme = (line: string) => `clients:\n  acme:\n    ${line}\n`;

test.each<[string, string, string, string]>([
  ['an unknown key at the top', 'client:\n  a:\n', '1:1 client', 'unknown key, did you mean clients?'],
  ['an unknown key of a client', acme('agnet: claude'), '3:5 clients.acme.agnet', 'did you mean agent?'],
  ['an unknown key of defaults', 'defaults:\n  engin: auto', '2:3 defaults.engin', 'did you mean engine?'],
  ['what only a client may have', 'defaults:\n  projects: []', '2:3 defaults.projects', 'unknown key'],
  ['an unknown key deep down', acme('resources: { memry: 4g }'), '3:18 clients.acme.resources.memry', 'memory?'],
  [
    'an unknown key in a list',
    acme('mounts: [{ source: a, target: /a, rw: 1 }]'),
    '3:39 clients.acme.mounts[0].rw',
    'write',
  ],
  [
    'an unknown key in a choice',
    acme('credentials: { A: { env: A, deliver: { file: /a, fil: /a } } }'),
    'deliver.fil',
    'file?',
  ],
  ['a wrong word', acme('engine: dokcer'), '3:13 clients.acme.engine', '"dokcer" is not valid, did you mean docker?'],
  ['a word that is nowhere near', acme('autonomy: banana'), 'autonomy', 'known: auto, ask'],
  [
    'a wrong word in a list',
    acme('allow_degraded: [memory]'),
    '3:22 clients.acme.allow_degraded[0]',
    'known: memory-limit',
  ],
  ['a number where text belongs', acme('agent_version: { claude: 2.1 }'), '3:30', 'must be text, put it in quotes'],
  ['text where a number belongs', acme('resources: { cpus: many }'), '3:24', 'must be a number'],
  ['a broken number', acme('resources: { pids: 1.5 }'), '3:24', 'must be a whole number'],
  ['a limit of nothing', acme('resources: { cpus: 0 }'), '3:24', 'must be more than 0'],
  ['a wrong size', acme('resources: { memory: lots }'), '3:26', 'is no size, such as 4g'],
  ['a list that is text', acme('projects: ~/work'), '3:15', 'must be a list'],
  ['a missing part', acme('mounts: [{ source: a }]'), '3:14 clients.acme.mounts[0].target', 'is missing'],
  ['a relative target', acme('mounts: [{ source: a, target: b }]'), '3:35', 'is no absolute path in the box'],
  ["somebody else's home", acme('projects: [~other/a]'), '3:16', 'is no path'],
  ['no source', acme('credentials: { A: {} }'), '3:23 clients.acme.credentials.A', 'exactly one source'],
  ['two sources', acme('credentials: { A: { env: A, file: b } }'), '3:23', 'exactly one source'],
  ['an empty command', acme('credentials: { A: { command: [] } }'), '3:34', 'is empty'],
  [
    'a wrong delivery',
    acme('credentials: { A: { env: A, deliver: file } }'),
    '3:42',
    'is none of broker, env and { file: /path }',
  ],
  [
    'a provider that there is not',
    acme('providers: { claude: { name: vertx, project: p, region: r } }'),
    '3:34 clients.acme.providers.claude.name',
    '"vertx" is not valid, did you mean vertex?',
  ],
  ['a provider without a name', acme('providers: { pi: {} }'), '3:18', 'is missing, one of anthropic, openai'],
  [
    'a setting that no provider has',
    acme('providers: { codex: { name: openai, base_ulr: x } }'),
    '3:41',
    'unknown key, did you mean base_url?',
  ],
  ['a version that YAML would shorten', acme('toolchains: { python: 3.10 }'), '3:27', 'in quotes, since YAML reads'],
  ['a wrong name of a client', 'clients:\n  Acme Corp: {}', '2:3 clients.Acme Corp', 'is no name of a client'],
  ['a wrong name of a variable', acme('env: { A-B: x }'), '3:12 clients.acme.env.A-B', 'is no name of a variable'],
  ['an image that could be a flag', acme('image: --privileged'), '3:12', 'is no name of an image'],
  ['a name that could add lines to a git config', acme('git: { name: "a\\nb" }'), '3:18', 'git refuses'],
  ['a key without a value', acme('git:'), '3:5 clients.acme.git', 'must be a group of keys'],
  ['a list at the top', '- a', '1:1', 'must be a group of keys'],
  ['broken YAML', 'clients: [', '1:11', 'Flow sequence'],
  ['a key twice', 'clients:\n  a: {}\n  a: {}\n', '3:3', 'Map keys must be unique'],
  ['two documents', 'clients:\n---\nclients:\n', '2:1', 'multiple documents'],
  ['a tag', acme('agent: !x claude'), '3:12', 'Unresolved tag'],
])('%s is refused, with the place and what is valid', async (_what, text, place, message) => {
  const [problem, ...more] = await problemsOf(text);
  expect(more).toEqual([]);
  expect(`${problem?.line}:${problem?.column} ${problem?.path}`).toContain(place);
  expect(problem?.message).toContain(message);
});

test('all mistakes are told at once, in the order of the file', async () => {
  const text = 'defaults:\n  agnet: x\nclients:\n  a:\n    engine: 5\n    nope: 1\n    nada: 2\n  B: {}\n';
  expect((await problemsOf(text)).map(({ line, path }) => `${line} ${path}`)).toEqual([
    '2 defaults.agnet',
    '5 clients.a.engine',
    '6 clients.a.nope',
    '7 clients.a.nada',
    '8 clients.B',
  ]);
  await expect(parsed(text)).rejects.toThrow(
    'the configuration has 5 mistakes\n  /home/user/.config/agentbox/config.yaml:2:3 ',
  );
});

test('no message quotes a value that may be a secret', async () => {
  for (const line of [
    'env: { A: "s3cret\n',
    'env: { A: [s3cret] }',
    'env: { A: b } "s3cret"',
    'env: { A: { s3cret: } } }',
  ]) {
    const problems = await problemsOf(acme(line));
    expect(JSON.stringify(problems.map(({ message }) => message))).not.toContain('s3cret');
  }
});

test('aliases work, and a bomb of them is refused', async () => {
  const config = await parsed('defaults: &d { agent: shell }\nclients: { a: *d }');
  expect(config.clients.get('a')).toEqual({ agent: 'shell' });
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefg'.split('').map((name, index) => {
      const before = 'abcdefg'[index];
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
    }),
  ].join('\n');
  expect((await problemsOf(bomb))[0]?.message).toContain('alias');
});

test('a mistake behind an alias is told where it is written', async () => {
  const [problem] = await problemsOf('defaults: &d\n  engine: auto\nclients:\n  a: &x\n    agnet: 1\n  b: *x\n');
  expect(problem?.line).toBe(5);
});

test('clients that claim overlapping folders are refused', async () => {
  const text =
    'clients:\n  a: { projects: [/w/a, /w/shared] }\n  b: { projects: [/w/b, /w/a/deep] }\n  c: { projects: [/w] }\n';
  expect((await problemsOf(text)).map(({ line, path, message }) => `${line} ${path} ${message}`)).toEqual([
    '3 clients.b.projects[1] overlaps with /w/a of client a',
    '4 clients.c.projects[0] overlaps with /w/a of client a',
    '4 clients.c.projects[0] overlaps with /w/b of client b',
  ]);
  await parsed('clients: { a: { projects: [/w, /w/a] }, b: { projects: [/wb] } }');
});

async function problemsOf(text: string): Promise<readonly Problem[]> {
  try {
    await parsed(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

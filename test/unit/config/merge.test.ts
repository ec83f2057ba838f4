import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_FLAGS, type RunFlags } from '../../../src/config/flags.ts';
import { profileOf } from '../../../src/config/merge.ts';
import type { Credential } from '../../../src/config/profile.ts';
import type { ClientSettings, Settings } from '../../../src/config/settings.ts';
import { configOf, userError } from '../support/config.ts';

const AGENTS = ['claude', 'codex', 'shell'];
const merge = (client: ClientSettings, defaults: Settings = {}, flags: Partial<RunFlags> = {}) =>
  profileOf(configOf({ acme: client }, defaults), 'acme', { ...NO_FLAGS, ...flags }, AGENTS);

test('without any setting the built-in values hold', () => {
  const { profile, origin } = profileOf(configOf(), 'default', NO_FLAGS, AGENTS);
  expect(profile).toEqual({
    client: 'default',
    agent: 'claude',
    agents: AGENTS,
    engine: 'auto',
    runtime: 'auto',
    network: 'gateway',
    allow: [],
    deny: [],
    ports: {},
    forward: {},
    allowAny: false,
    proxy: 'host',
    resources: { memory: 4 * 1024 ** 3, cpus: 2, pids: 512 },
    allowDegraded: [],
    credentials: {},
    login: 'host',
    env: {},
    envFile: undefined,
    git: { name: undefined, email: undefined },
    mounts: [],
    agentConfig: {},
    agentVersion: {},
    image: undefined,
    dockerfile: undefined,
    packages: [],
    toolchains: {},
    devcontainer: false,
    providers: {},
    permissions: {},
    shareHostLogin: false,
    shareRefresh: false,
    sshAgent: false,
    autonomy: 'auto',
    workspace: 'bind',
    untracked: false,
    mask: [],
    unmask: [],
    protect: [],
    unprotect: [],
    strict: false,
    workspacePath: '/workspace',
    projects: [],
    engineArgs: {},
  });
  expect(new Set(Object.values(origin))).toEqual(new Set(['built in']));
});

test("a named client has a login of its own unless it asks for the host's", () => {
  expect(merge({}).profile.login).toBe('own');
  expect(merge({ login: 'host' }).profile.login).toBe('host');
  expect(merge({}, { login: 'host' }).profile.login).toBe('host');
});

// For each key: flags > client > defaults > built in, with any of them missing.
const words = {
  engine: ['docker', 'podman', 'auto'],
  runtime: ['runc', 'runsc', 'crun'],
  network: ['none', 'gateway', 'open'],
  autonomy: ['ask', 'auto', 'ask'],
  image: ['one', 'two', 'three'],
} as const;
for (const key of Object.keys(words) as (keyof typeof words)[]) {
  test(`the strongest layer decides on ${key}`, () => {
    fc.assert(
      fc.property(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), ([flag, client, defaults]) => {
        const layer = (on: boolean, index: number) => (on ? { [key]: words[key][index] } : {});
        const { profile, origin } = merge(layer(client, 1), layer(defaults, 2), layer(flag, 0));
        const first = [flag, client, defaults].indexOf(true);
        expect(origin[key]).toBe((['flag', 'client', 'defaults'] as const)[first] ?? 'built in');
        if (first >= 0) expect(profile[key]).toBe(words[key][first]);
      }),
    );
  });
}

test('limits and the git identity merge one by one', () => {
  const { profile, origin } = merge(
    { resources: { cpus: 1 }, git: { email: 'c@example.com' } },
    { resources: { cpus: 8, pids: 9 }, git: { name: 'D', email: 'd@example.com' } },
    { memory: 5 },
  );
  expect(profile.resources).toEqual({ memory: 5, cpus: 1, pids: 9 });
  expect(profile.git).toEqual({ name: 'D', email: 'c@example.com' });
  expect(origin).toMatchObject({
    'resources.memory': 'flag',
    'resources.cpus': 'client',
    'resources.pids': 'defaults',
    'git.name': 'defaults',
    'git.email': 'client',
  });
});

const variables = fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D', '__proto__'), fc.string());

test('maps merge by key, and each entry remembers its layer', () => {
  fc.assert(
    fc.property(variables, variables, variables, (defaults, client, flags) => {
      const { profile, origin } = merge({ env: client }, { env: defaults }, { env: flags });
      const layers = [
        ['flag', flags],
        ['client', client],
        ['defaults', defaults],
      ] as const;
      const keys = new Set(layers.flatMap(([, entries]) => Object.keys(entries)));
      expect(new Set(Object.keys(profile.env))).toEqual(keys);
      for (const key of keys) {
        const winner = layers.find(([, entries]) => Object.hasOwn(entries, key));
        expect(Object.entries(profile.env)).toContainEqual([key, winner?.[1][key]]);
        expect(origin[`env.${key}`]).toBe(winner?.[0]);
      }
    }),
  );
});

test('versions and configuration folders merge by agent; credentials are those of the client', () => {
  const credential: Credential = { source: { env: 'X' }, deliver: 'env', agents: undefined };
  const { profile, origin } = merge(
    { agentVersion: { claude: '2' }, agentConfig: { codex: '/c' }, credentials: { KEY: credential } },
    { agentVersion: { claude: '1', codex: '1' }, agentConfig: { claude: '/d' } },
  );
  expect(profile.agentVersion).toEqual({ claude: '2', codex: '1' });
  expect(profile.agentConfig).toEqual({ claude: '/d', codex: '/c' });
  expect(profile.credentials).toEqual({ KEY: credential });
  expect(origin).toMatchObject({ 'agent_version.claude': 'client', 'credentials.KEY': 'client' });
});

test('mounts add up, other lists are replaced', () => {
  const mount = (source: string) => ({ source, target: source, write: false });
  const { profile, origin } = merge(
    { mounts: [mount('/client')], allowDegraded: [], agents: ['shell', 'claude'] },
    { mounts: [mount('/defaults')], allowDegraded: ['pids-limit'], agents: ['codex'] },
    { mounts: [mount('/flag')] },
  );
  expect(profile.mounts.map(({ source }) => source)).toEqual(['/defaults', '/client', '/flag']);
  expect([origin['mounts[0]'], origin['mounts[2]']]).toEqual(['defaults', 'flag']);
  expect(profile.allowDegraded).toEqual([]);
  expect(profile.agents).toEqual(['shell', 'claude']);
});

test('flags of the engine are handed on', () => {
  expect(merge({}, {}, { engineArgs: { 'shm-size': '1g' } }).profile.engineArgs).toEqual({ 'shm-size': '1g' });
});

test.each<[string, ClientSettings, Settings, Partial<RunFlags>, string, string]>([
  ['the flag', { agent: 'codex' }, {}, { agent: 'shell' }, 'shell', 'flag'],
  ['the client', { agent: 'codex' }, { agent: 'shell' }, {}, 'codex', 'client'],
  ['defaults', {}, { agent: 'shell' }, {}, 'shell', 'defaults'],
  ['a list without the built-in agent', { agents: ['codex', 'shell'] }, {}, {}, 'codex', 'client'],
  ['a list without the agent of defaults', { agents: ['codex'] }, { agent: 'shell' }, {}, 'codex', 'client'],
  ['a list in defaults', {}, { agents: ['shell'] }, {}, 'shell', 'defaults'],
])('the agent comes from %s', (_what, client, defaults, flags, agent, from) => {
  const { profile, origin } = merge(client, defaults, flags);
  expect([profile.agent, origin['agent']]).toEqual([agent, from]);
});

test.each<[string, ClientSettings, Partial<RunFlags>, RegExp]>([
  ['an agent that the client may not run', { agents: ['codex'] }, { agent: 'shell' }, /acme may not run shell.*codex/s],
  ['a choice outside the same list', { agents: ['codex'], agent: 'shell' }, {}, /may not run shell/],
  ['an unknown agent on the command line', {}, { agent: 'cladue' }, /no agent "cladue".*claude\?/s],
  ['an unknown agent in the list', { agents: ['codx'] }, {}, /no agent "codx".*codex\?/s],
  ['an unknown agent with a version', { agentVersion: { shel: '1' } }, {}, /no agent "shel".*shell\?/s],
  [
    'an unknown agent with a folder',
    { agentConfig: { zzzzzzz: '/x' } },
    {},
    /no agent "zzzzzzz".*known: claude, codex/s,
  ],
  [
    'an unknown agent of a credential',
    { credentials: { K: { source: { env: 'K' }, deliver: 'env', agents: ['claud'] } } },
    {},
    /no agent "claud".*claude\?/s,
  ],
])('%s is refused', async (_what, client, flags, words) => {
  const error = await userError(() => merge(client, {}, flags));
  expect(error.trouble).toBe('config');
  expect(`${error.message} ${error.why}`).toMatch(words);
});

test.each(['amce', 'constructor', '__proto__'])('the unknown client %s is refused', async (name) => {
  const error = await userError(() => profileOf(configOf({ acme: {} }), name, NO_FLAGS, AGENTS));
  expect(error.message).toBe(`there is no client "${name}"`);
  expect(error.why).toContain('acme');
  expect(error.next).toContain(`agentbox client add ${name}`);
});

test('an image or a Dockerfile takes the place of both in the weaker layers; one layer has one of them', async () => {
  const files = (...layers: Parameters<typeof merge>) => {
    const { image, dockerfile } = merge(...layers).profile;
    return [image, dockerfile];
  };
  expect(files({ dockerfile: '/d/Dockerfile' }, { image: 'dev:1' })).toEqual([undefined, '/d/Dockerfile']);
  expect(files({ dockerfile: '/d/Dockerfile' }, {}, { image: 'dev:2' })).toEqual(['dev:2', undefined]);
  expect(files({ image: 'dev:1' }, { dockerfile: '/d/Dockerfile' })).toEqual(['dev:1', undefined]);
  expect(await userError(() => merge({ image: 'dev:1', dockerfile: '/d/Dockerfile' }))).toMatchObject({
    message: 'image and dockerfile are both set (client)',
  });
});

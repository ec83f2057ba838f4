import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type InitFlags, initOptions } from '../../../src/cli/initFlags.ts';
import type { Context } from '../../../src/context.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { CancelledError, UsageError, UserError } from '../../../src/errors.ts';
import { init } from '../../../src/init/command.ts';
import type { Ready } from '../../../src/init/nextSteps.ts';
import { type TestContext, testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';
import { docker } from '../support/facts.ts';
import { type Answer, scripted } from './scripted.ts';

interface World {
  readonly context: TestContext;
  readonly project: string;
  /** What came after the settings, in order. */
  readonly done: string[];
  readonly config: () => Promise<string>;
  ask(answers: Readonly<Record<string, Answer>>, flags?: InitFlags): Promise<Asked>;
}

interface Asked {
  readonly code: number | undefined;
  readonly error: unknown;
  readonly questions: readonly string[];
}

const KEY = { ANTHROPIC_API_KEY: 'sk-ant-api03-x' };

/** A person at a terminal in a project of JavaScript, on a machine with Docker. */
async function world(
  more: Partial<Context> & { secret?: string; files?: Readonly<Record<string, string>> } = {},
): Promise<World> {
  const home = await temporary();
  const project = join(home, 'work', 'My Shop');
  await mkdir(join(project, '.git'), { recursive: true });
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...more.files }))
    await writeFile(join(project, name), text);
  const plain = testContext(home, { answer: true, secret: more.secret ?? '' });
  const io = { ...plain.io, inIsTerminal: true, errIsTerminal: true, ...more.io };
  const context: TestContext = {
    ...plain,
    cwd: project,
    engine: async () => ({ facts: async () => docker }) as unknown as Engine,
    // No keychain.
    execute: async () => ({
      code: 1,
      stdout: '{"error":"no keychain here: DBus"}',
      stderr: '',
      timedOut: false,
      missing: false,
    }),
    ...more,
    io,
  };
  const done: string[] = [];
  const note =
    (what: string) =>
    async (_: Context, { client, agent }: Ready) => {
      done.push(`${what} ${client} ${agent}`);
      return 0;
    };
  const after = {
    build: async (...at: [Context, Ready]) => void (await note('build')(...at)),
    login: note('login'),
    run: note('run'),
  };
  return {
    context,
    project,
    done,
    config: () => readFile(context.paths.configFile, 'utf8').catch(() => ''),
    async ask(answers, flags = {}) {
      const questions = scripted(answers);
      const outcome = await Promise.resolve()
        .then(() => init(context, initOptions(flags, context), questions, after))
        .then(
          (code) => ({ code, error: undefined }),
          (error: unknown) => ({ code: undefined, error }),
        );
      return { ...outcome, questions: questions.asked.map(({ message }) => message) };
    },
  };
}

test('enter at every question is enough: what was found is what is written, and the agent starts', async () => {
  const { ask, config, done } = await world({ env: KEY });
  const { code, error, questions } = await ask({});
  expect(error).toBeUndefined();
  expect(code).toBe(0);
  expect(await config()).toBe(`clients:
  my-shop:
    projects: [ ~/work/My Shop ]
    agent: claude
    credentials:
      ANTHROPIC_API_KEY: { env: ANTHROPIC_API_KEY }
    allow: [ npm ]
`);
  expect(done).toEqual(['build my-shop claude', 'run my-shop claude']);
  expect(questions).toHaveLength(7);
});

test.each([
  ['Whose work', 0],
  ['Which agents', 1],
  ['What does', 2],
  ['What may boxes', 3],
  ['What do boxes', 4],
  ['Write it', 5],
])('Ctrl-C at "%s" leaves nothing', async (question, before) => {
  const { ask, config, done, context } = await world({ env: KEY });
  const { error, questions } = await ask({ [question]: 'ctrl-c' });
  expect(error).toBeInstanceOf(CancelledError);
  expect(questions).toHaveLength(before + 1);
  expect(await config()).toBe('');
  expect(done).toEqual([]);
  expect(context.written.err).toMatch(/nothing was written\n$/);
});

test('a no to what would be written ends with 1; Ctrl-C at the offer to start leaves the settings', async () => {
  const no = await world({ env: KEY });
  expect((await no.ask({ 'Write it': false })).error).toMatchObject({ code: 1 });
  expect(await no.config()).toBe('');
  const later = await world({ env: KEY });
  expect((await later.ask({ Start: 'ctrl-c' })).error).toBeInstanceOf(CancelledError);
  expect(await later.config()).toContain('my-shop');
  expect(later.done).toEqual(['build my-shop claude']);
});

test('a key that is typed is kept where nobody else reads it, and is nowhere in what is printed', async () => {
  const { ask, config, context, done } = await world({ secret: 'sk-ant-typed-0123' });
  const { error } = await ask({ 'What does': 'typed' });
  expect(error).toBeUndefined();
  expect(await config()).toContain('ANTHROPIC_API_KEY: { store: file }');
  const kept = join(context.paths.dataDir, 'secrets', 'my-shop', 'ANTHROPIC_API_KEY');
  expect(await readFile(kept, 'utf8')).toBe('sk-ant-typed-0123');
  expect(context.written.err + context.written.out + (await config())).not.toContain('sk-ant-typed');
  expect(done).toContain('run my-shop claude');
});

test('Ctrl-C while the key is typed keeps neither key nor settings; neither does a configuration that cannot be written', async () => {
  const prompter = {
    confirm: async () => true,
    secret: async () => {
      throw new CancelledError();
    },
  };
  const typing = await world({ prompter });
  expect((await typing.ask({ 'What does': 'typed' })).error).toBeInstanceOf(CancelledError);
  expect(await typing.config()).toBe('');
  const full = await world({
    prompter: {
      confirm: async () => true,
      // Somebody else makes a mistake in the meantime.
      async secret() {
        await mkdir(full.context.paths.configDir, { recursive: true });
        await writeFile(full.context.paths.configFile, 'clients: [\n', { mode: 0o600 });
        return 'sk-ant-typed';
      },
    },
  });
  expect((await full.ask({ 'What does': 'typed' })).error).toBeInstanceOf(UserError);
  await expect(readFile(join(full.context.paths.dataDir, 'secrets', 'my-shop', 'ANTHROPIC_API_KEY'))).rejects.toThrow(
    'ENOENT',
  );
});

test.each([
  ['GEMINI_API_KEY', 'gemini'],
  ['OPENAI_API_KEY', 'codex'],
  ['ANTHROPIC_API_KEY', 'claude'],
  ['CLAUDE_CODE_OAUTH_TOKEN', 'claude'],
  ['NOTHING', 'claude'],
])('with %s set, %s is marked', async (name, agent) => {
  const { ask, config } = await world({ env: { [name]: 'x' } });
  await ask({ Start: false, 'What does': 'enter' });
  expect(await config()).toContain(`agent: ${agent}\n`);
});

test('a login of its own is made before the run, and a copy of this machine’s is one word', async () => {
  const own = await world();
  await own.ask({ 'What does': 'own' });
  expect(own.done).toEqual(['build my-shop claude', 'login my-shop claude', 'run my-shop claude']);
  const copied = await world();
  const login = JSON.stringify({ claudeAiOauth: { accessToken: 'a-secret', refreshToken: 'r-secret', expiresAt: 1 } });
  await mkdir(join(copied.context.paths.home, '.claude'));
  await writeFile(join(copied.context.paths.home, '.claude', '.credentials.json'), login);
  await copied.ask({ 'What does': 'host' });
  expect(await copied.config()).toContain('login: host');
  expect(copied.context.written.err).toContain('logins    Claude Code');
  expect(copied.context.written.err).not.toMatch(/[ar]-secret/);
});

test('without a key yet, no run is offered, and what is to be typed is said', async () => {
  const { ask, done, context } = await world();
  await ask({ 'What does': 'later' });
  expect(done).toEqual(['build my-shop claude']);
  expect(context.written.err).toMatch(
    /next: agentbox creds set ANTHROPIC_API_KEY --client my-shop\n {6}agentbox run\n$/,
  );
});

test('a client that is there stays as it is by enter, and grows after a yes', async () => {
  const { ask, config, done, context } = await world({ env: KEY });
  await ask({});
  const before = await config();
  done.length = 0;
  const left = await ask({});
  expect(left.questions).toEqual([
    'Whose work is this? (a name for the client)',
    'Client my-shop is there already. Change it?',
    'Start Claude Code here now?',
  ]);
  expect(await config()).toBe(before);
  expect(done).toEqual(['build my-shop claude', 'run my-shop claude']);
  const grown = await ask({
    'Client my-shop': true,
    'What may boxes': ['pypi'],
    'What do boxes': 'clone',
    Start: false,
  });
  expect(grown.questions.some((question) => question.startsWith('What does'))).toBe(false);
  expect(await config()).toBe(before.replace('[ npm ]\n', '[ npm, pypi ]\n    workspace: clone\n'));
  expect(context.written.err).toMatch(/next: agentbox run\n$/);
});

test('a folder of one client is not given to another', async () => {
  const { ask, config } = await world({ env: KEY });
  await ask({ Start: false });
  const before = await config();
  expect(String((await ask({ 'Whose work': 'globex' })).error)).toContain('belongs to client my-shop');
  expect((await ask({}, { yes: true, client: 'globex' })).error).toBeInstanceOf(UsageError);
  expect(await config()).toBe(before);
});

test('--yes takes the flags alone: what files of the project speak for is not agreed to by nobody', async () => {
  const { ask, config, done, context } = await world({ env: KEY });
  const flags = {
    yes: true,
    client: 'acme',
    agent: ['claude', 'codex'],
    keyFrom: ['env:ANTHROPIC_API_KEY'],
    workspace: 'clone',
  } as const;
  const { code, questions } = await ask({}, { ...flags, agent: [...flags.agent], keyFrom: [...flags.keyFrom] });
  expect([code, questions]).toEqual([0, []]);
  expect(await config()).toBe(`clients:
  acme:
    projects: [ ~/work/My Shop ]
    agent: claude
    credentials:
      ANTHROPIC_API_KEY: { env: ANTHROPIC_API_KEY }
    workspace: clone
`);
  expect(done).toEqual(['build acme claude']);
  expect(context.written.err).toMatch(/next: agentbox run\n$/);
  await ask({}, { yes: true, client: 'acme', allow: ['npm'], build: false });
  expect(await config()).toContain('workspace: clone\n    allow: [ npm ]\n');
  expect(done).toHaveLength(1);
});

test('--dry-run prints YAML and writes nothing', async () => {
  const { ask, config, context } = await world({ env: KEY });
  const { code } = await ask({}, { dryRun: true });
  expect(code).toBe(0);
  expect(context.written.out).toMatch(/^clients:\n {2}my-shop:\n/);
  expect(await config()).toBe('');
});

test('--dry-run does nothing for a client that is left as it is either', async () => {
  const { ask, done } = await world({ env: KEY });
  await ask({ Start: false });
  done.length = 0;
  expect((await ask({}, { dryRun: true })).code).toBe(0);
  expect(done).toEqual([]);
});

test('an agent that the client may not run is not written into it', async () => {
  const { ask, config, context } = await world({ env: KEY });
  const text = 'clients:\n  acme: { agents: [claude, shell] }\n';
  await mkdir(context.paths.configDir, { recursive: true });
  await writeFile(context.paths.configFile, text, { mode: 0o600 });
  expect((await ask({}, { yes: true, client: 'acme', agent: ['codex'] })).error).toMatchObject({
    next: ['its agents: claude, shell'],
  });
  expect(await config()).toBe(text);
  await ask({ 'Whose work': 'acme', 'Client acme': true, 'Which agents': ['shell'], Start: false });
  expect(await config()).toContain('agent: shell');
});

test('without a terminal, and without the name of a client, it is said what to type', async () => {
  const { ask, context } = await world({ io: { inIsTerminal: false } as Context['io'] });
  const { error } = await ask({});
  expect(error).toBeInstanceOf(UsageError);
  expect((error as UsageError).next[0]).toMatch(/^agentbox init --yes --client /);
  expect((await ask({}, { yes: true })).error).toMatchObject({ next: ['--client acme'] });
  expect(context.written.out).toBe('');
});

test('without an engine it says what to install, writes the settings, and neither builds nor runs', async () => {
  const engine = async () => {
    throw new UserError('engine', 'no container engine was found', {
      why: 'podman is not installed',
      next: ['sudo apt-get install podman'],
    });
  };
  const { ask, config, done, context } = await world({ env: KEY, engine });
  const { code } = await ask({});
  expect(code).toBe(0);
  expect(await config()).toContain('my-shop');
  expect(done).toEqual([]);
  expect(context.written.err).toContain('sudo apt-get install podman');
  expect(context.written.err).toMatch(/next: agentbox doctor.*\n {6}agentbox run\n$/);
});

test('limits that the engine cannot hold are given up by a yes alone', async () => {
  const engine = async () => ({ facts: async () => ({ ...docker, ignoredLimits: ['cpus'] }) }) as unknown as Engine;
  const refused = await world({ env: KEY, engine });
  await refused.ask({});
  expect(await refused.config()).not.toContain('allow_degraded');
  expect(refused.done).toEqual(['build my-shop claude']);
  expect(refused.context.written.err).toMatch(
    /next: agentbox doctor, .* limits on cpus could hold\n {6}agentbox run\n$/,
  );
  const agreed = await world({ env: KEY, engine });
  await agreed.ask({ docker: true, Start: false });
  expect(await agreed.config()).toContain('allow_degraded: [ cpus-limit ]');
});

test('tools of the project’s languages are offered, and go into the image when somebody agrees', async () => {
  const { ask, config } = await world({ env: KEY, files: { 'go.mod': 'go 1.24\n', Gemfile: '' } });
  await ask({ 'Put into': ['0'], Start: false });
  expect(await config()).toContain('allow: [ npm, go, rubygems ]\n    toolchains:\n      go: "1.24"\n');
  expect(await config()).not.toContain('packages');
});

test('in the home directory nothing is claimed, and no run is offered', async () => {
  const { ask, config, context } = await world({ env: KEY });
  Object.assign(context, { cwd: context.paths.home });
  const { questions } = await ask({ 'Whose work': 'acme' });
  expect(await config()).not.toContain('projects');
  expect(questions.some((question) => question.startsWith('Start'))).toBe(false);
  expect(context.written.err).toMatch(/next: cd PROJECT && agentbox run --client acme\n$/);
});

test('a second folder of a client is added when a person sees it, and by a flag alone without one', async () => {
  const { ask, config, context } = await world({ env: KEY });
  await ask({ 'Whose work': 'acme', Start: false });
  const second = join(context.paths.home, 'work', 'second');
  await mkdir(second);
  Object.assign(context, { cwd: second });
  await ask({}, { yes: true, client: 'acme' });
  expect(await config()).toContain('projects: [ ~/work/My Shop ]');
  await ask({ 'Whose work': 'acme', 'Client acme': true, Start: false });
  expect(await config()).toContain('projects: [ ~/work/My Shop, ~/work/second ]');
  expect(context.written.err).toMatch(/next: agentbox run\n$/);
});

test('a login that the client has is not asked for again', async () => {
  const { ask, context } = await world();
  await ask({ 'What does': 'own' });
  const state = join(context.paths.dataDir, 'clients', 'my-shop', 'agents', 'claude');
  await mkdir(state, { recursive: true });
  await writeFile(join(state, '.credentials.json'), JSON.stringify({ claudeAiOauth: { accessToken: 'a' } }));
  const { questions } = await ask({ 'Client my-shop': true });
  expect(questions.some((question) => question.startsWith('What does'))).toBe(false);
});

test('of a client that stays as it is, the login that it lacks is made before the run', async () => {
  const { ask, done } = await world();
  await ask({ Log: false });
  expect(done).toEqual(['build my-shop claude']);
  const { questions } = await ask({});
  expect(questions.at(-1)).toBe('Log Claude Code in and start it here now?');
  expect(done.slice(1)).toEqual(['build my-shop claude', 'login my-shop claude', 'run my-shop claude']);
});

test.each([
  'providers: { claude: { name: bedrock, region: eu-central-1, profile: acme } }',
  'env: { ANTHROPIC_API_KEY: key }',
  'credentials: { ANTHROPIC_AUTH_TOKEN: { command: [pass] } }',
])('what was written by hand serves: %s', async (line) => {
  const { ask, done, context } = await world();
  await mkdir(context.paths.configDir, { recursive: true });
  await writeFile(context.paths.configFile, `clients:\n  acme:\n    projects: [ ~/work ]\n    ${line}\n`, {
    mode: 0o600,
  });
  expect((await ask({})).questions.at(-1)).toBe('Start Claude Code here now?');
  expect(done).toEqual(['build acme claude', 'run acme claude']);
});

test('an engine that is named goes into the settings', async () => {
  const { ask, config } = await world({ env: KEY });
  await ask({}, { yes: true, client: 'acme', engine: 'docker' });
  expect(await config()).toContain('    engine: docker\n');
});

test('on a Mac a login is found by its item, whose value is not asked for', async () => {
  const asked: string[] = [];
  const execute: Context['execute'] = async (argv) => {
    asked.push(argv.join(' '));
    return { code: 0, stdout: '', stderr: '', timedOut: false, missing: false };
  };
  const { ask, context } = await world({ platform: 'darwin', execute });
  await ask({ 'What does': 'host', Start: false });
  expect(context.written.err).toContain('logins    Claude Code');
  expect(asked.filter((argv) => argv.includes('find-generic-password'))).toEqual([
    '/usr/bin/security find-generic-password -s Claude Code-credentials',
  ]);
});

test('what a flag names and is not there is said', async () => {
  const { ask, context } = await world();
  await ask({}, { yes: true, client: 'acme', agent: ['claude'], keyFrom: ['env:ACME_KEY', 'login'] });
  expect(context.written.err).toContain('note: ACME_KEY is not set here now\n');
  expect(context.written.err).toContain('note: Claude Code is not logged in on this machine\n');
});

test('a mistake in the settings stops it before anything is asked', async () => {
  const { ask, context } = await world();
  await mkdir(context.paths.configDir, { recursive: true });
  await writeFile(context.paths.configFile, 'clients:\n  acme: { agnt: codex }\n', { mode: 0o600 });
  const { error, questions } = await ask({});
  expect(String(error)).toContain(':2:11 clients.acme.agnt');
  expect(questions).toEqual([]);
});

import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { RunCommand } from '../../../src/box/run.ts';
import type { ProviderName } from '../../../src/config/profile.ts';
import type { ClientSettings } from '../../../src/config/settings.ts';
import type { Context } from '../../../src/context.ts';
import { type CredsOptions, showCredentials } from '../../../src/credentials/commands.ts';
import type { Inject } from '../../../src/credentials/fresh.ts';
import { login } from '../../../src/credentials/loginCommand.ts';
import type { SourceDeps } from '../../../src/credentials/sources/deps.ts';
import { UsageError } from '../../../src/errors.ts';
import { provider } from '../providers/support.ts';
import { configOf } from '../support/config.ts';
import { hostLoginFile, loginText, put, stateLoginFile, world } from './support.ts';

const nothing: Inject = async () => {};

async function contextOf(deps: SourceDeps, clients: Record<string, ClientSettings>, terminal = false) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const io = {
    in: new PassThrough(),
    out,
    err,
    inIsTerminal: terminal,
    outIsTerminal: terminal,
    errIsTerminal: terminal,
    columns: 80,
    colour: false,
  };
  const unused = () => Promise.reject(new Error('not used here'));
  const context: Context = {
    ...deps,
    io,
    cwd: deps.paths.home,
    program: ['/usr/bin/false'],
    prompter: { confirm: unused, secret: unused },
    config: async () => configOf(clients),
    engine: unused,
  };
  return { context, out: () => String(out.read() ?? ''), err: () => String(err.read() ?? '') };
}

const ACME: ClientSettings = {
  credentials: {
    ANTHROPIC_API_KEY: { source: { env: 'CORP' }, deliver: 'env', agents: undefined },
    GITHUB_TOKEN: { source: { env: 'GH' }, deliver: { file: '/home/agent/.config/gh' }, agents: undefined },
  },
};

async function shown(
  options: CredsOptions,
  clients: Record<string, ClientSettings>,
  deps: SourceDeps,
  inject = nothing,
) {
  const { context, out, err } = await contextOf(deps, clients);
  await showCredentials(context, options, inject);
  return { out: out(), err: err() };
}

describe('agentbox creds', () => {
  test('shows name, source, delivery and state of each, and never a value', async () => {
    const deps = await world({ env: { CORP: 'sk-the-secret-value' } });
    const { out, err } = await shown({ client: 'acme' }, { acme: ACME }, deps);
    expect(out).toMatch(/^AGENT +NAME +SOURCE +DELIVERY +EXPIRES +STATE\n/);
    expect(out).toMatch(/claude +ANTHROPIC_API_KEY +environment CORP +env +- +ok\n/);
    expect(out).toMatch(
      /claude +GITHUB_TOKEN +environment GH +file \/home\/agent\/.config\/gh +- +missing: GH is not set/,
    );
    expect(out).toMatch(/shell +GITHUB_TOKEN/);
    expect(out).not.toMatch(/shell +ANTHROPIC_API_KEY/);
    expect(err).toContain('claude: export GH=…');
    expect(out + err).not.toContain('sk-the-secret-value');
  });

  test('as JSON has the same, for programs', async () => {
    const deps = await world({ env: { CORP: 'sk-the-secret-value' } });
    const { out } = await shown({ client: 'acme', agent: 'claude', json: true }, { acme: ACME }, deps);
    expect(JSON.parse(out)).toMatchObject([
      {
        client: 'acme',
        agent: 'claude',
        name: 'ANTHROPIC_API_KEY',
        source: 'environment CORP',
        delivery: 'env',
        state: 'ok',
      },
      { name: 'GITHUB_TOKEN', state: 'missing', why: expect.stringContaining('GH is not set') },
    ]);
    expect(out).not.toContain('sk-the-secret-value');
  });

  test('shows when a login ends', async () => {
    const deps = await world();
    await put(stateLoginFile(deps), loginText('tok-own-secret', 3, 'refresh-secret'));
    const { out } = await shown({ client: 'acme', agent: 'claude' }, { acme: {} }, deps);
    expect(out).toMatch(
      /claude +claude login +login of the client, made in its box +kept in the state of the client +in 3h +ok/,
    );
    expect(out).not.toMatch(/tok-own-secret|refresh-secret/);
  });

  test('says why an agent would get nothing, and what to type', async () => {
    const { out, err } = await shown({ client: 'acme', agent: 'claude' }, { acme: {} }, await world());
    expect(out).toMatch(/claude login +none +none +- +missing: no credential of the client is for it/);
    expect(err).toContain('agentbox login --client acme');
  });

  test('shows the provider, and what is missing of it', async () => {
    const vertex = provider({
      name: 'vertex',
      project: 'acme-ai',
      region: 'europe-west1',
      headers: { A: { env: 'X' } },
    });
    const { out, err } = await shown(
      { client: 'acme', agent: 'claude' },
      { acme: { providers: { claude: vertex } } },
      await world(),
    );
    expect(out).toMatch(/claude +provider vertex +project acme-ai, region europe-west1 +env +- +ok\n/);
    expect(out).toMatch(/claude +header A +environment X +header +- +missing: X is not set/);
    expect(out).toMatch(/claude +vertex credentials +none +none +- +missing: the provider names no file/);
    expect(err).toContain('providers.claude.adc: FILE');
  });

  test('says that a shell needs none', async () => {
    const { out } = await shown({ client: 'acme', agent: 'shell' }, { acme: {} }, await world());
    expect(out).toMatch(/shell +- +none +none +- +not needed/);
  });

  test('takes the client whose folder this is', async () => {
    const deps = await world({ env: { CORP: 'x', GH: 'y' } });
    const { out } = await shown(
      { json: true, agent: 'claude' },
      { acme: { ...ACME, projects: [deps.paths.home] } },
      deps,
    );
    expect(JSON.parse(out)).toMatchObject([{ client: 'acme' }, { client: 'acme' }]);
  });

  test('with --fresh puts the login of the host over the one of the client', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('tok-host', 5, 'refresh'));
    await put(stateLoginFile(deps), loginText('tok-old', 1));
    const injected: unknown[] = [];
    const inject: Inject = async ({ agent }, frames) => {
      injected.push(agent.name, ...frames);
    };
    const { err } = await shown(
      { client: 'acme', agent: 'claude', fresh: true },
      { acme: { login: 'host' } },
      deps,
      inject,
    );
    const path = '/home/agent/.claude/.credentials.json';
    expect(injected).toEqual([
      'claude',
      { op: 'file', path, mode: '600', when: 'always', content: loginText('tok-host', 5) },
    ]);
    expect(err).toBe(`claude: put in again: claude login: login of the host, ${hostLoginFile(deps)}\n`);
  });

  test('with --fresh goes on when another agent has nothing, or a login that has expired', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('tok-host', 5, 'refresh'));
    const expired = { access_token: 'a', refresh_token: 'r', expiry_date: 1 };
    await put(join(deps.paths.home, '.gemini/oauth_creds.json'), JSON.stringify(expired));
    const injected: string[] = [];
    const { out, err } = await shown(
      { client: 'acme', fresh: true },
      { acme: { agents: ['gemini', 'codex', 'claude'], login: 'host' } },
      deps,
      async ({ agent }) => {
        injected.push(agent.name);
      },
    );
    expect(injected).toEqual(['claude']);
    expect(err).toContain('gemini: not put in again: the login of Gemini CLI on this machine has expired');
    expect(err).toContain('codex: nothing is kept that could be put in again');
    expect(out).toMatch(/codex +codex login +none +none +- +missing/);
  });

  test('with --fresh puts in a file again that lies in the state of an agent', async () => {
    const deps = await world({ env: { CORP: 'x', GH: 'tok-gh' } });
    const injected: unknown[] = [];
    const inject: Inject = async (_, frames) => {
      injected.push(...frames);
    };
    await shown({ client: 'acme', agent: 'shell', fresh: true }, { acme: ACME }, deps, inject);
    expect(injected).toMatchObject([{ path: '/home/agent/.config/gh', when: 'always', content: 'tok-gh' }]);
  });

  test('with --fresh leaves alone what is read anew at every run', async () => {
    const deps = await world({ env: { CORP: 'x', GH: 'y' } });
    const inject = async () => expect.unreachable();
    const { err } = await shown({ client: 'acme', agent: 'claude', fresh: true }, { acme: ACME }, deps, inject);
    expect(err).toBe('claude: nothing is kept that could be put in again\n');
  });
});

describe('agentbox login', () => {
  const started = async (options: Parameters<typeof login>[1], terminal = true, acme: ClientSettings = {}) => {
    const { context } = await contextOf(await world(), { acme }, terminal);
    let seen: RunCommand | undefined;
    const code = await login(context, options, async (_, request) => {
      seen = request;
      return 7;
    });
    return { code, seen };
  };

  test('runs the login of the agent in a box of the client, in an empty folder, and gives its exit code', async () => {
    const { code, seen } = await started({ client: 'acme', dir: undefined });
    expect(code).toBe(7);
    expect(seen).toMatchObject({ command: ['claude', 'auth', 'login'], login: true, args: [] });
    expect(seen?.flags).toMatchObject({ client: 'acme', agent: 'claude' });
    expect(seen?.dir).toMatch(/agentbox-login-/);
  });

  test('takes the folder it is given', async () => {
    expect((await started({ client: 'acme', dir: '/srv/p' })).seen?.dir).toBe('/srv/p');
  });

  test('needs a terminal', async () => {
    await expect(started({ client: 'acme', dir: undefined }, false)).rejects.toThrow(UsageError);
  });

  test('is not there for an agent without one', async () => {
    await expect(started({ client: 'acme', agent: 'shell', dir: undefined })).rejects.toThrow('shell has no login');
  });

  test('is not there for a provider that takes none, or that the agent does not have', async () => {
    const acme = (name: ProviderName) => ({ providers: { claude: provider({ name }) } });
    const made = (name: ProviderName) => started({ client: 'acme', dir: undefined }, true, acme(name));
    await expect(made('vertex')).rejects.toThrow('Claude Code with vertex has no login');
    await expect(made('openai')).rejects.toThrow('Claude Code cannot be served by openai');
    expect((await made('anthropic')).code).toBe(7);
  });
});

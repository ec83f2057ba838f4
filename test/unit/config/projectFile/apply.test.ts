import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_NAMES } from '../../../../src/agents/index.ts';
import { NO_FLAGS, type RunFlags } from '../../../../src/config/flags.ts';
import { profileOf } from '../../../../src/config/merge.ts';
import { applyProjectFile } from '../../../../src/config/projectFile/apply.ts';
import { parseProjectFile } from '../../../../src/config/projectFile/parse.ts';
import { parsed } from '../../support/config.ts';
import { clients, projectFiles } from './arbitrary.ts';
import { looser } from './looser.ts';

async function applied(
  config: string | object,
  file: string | object,
  more: { trusted?: boolean; flags?: Partial<RunFlags> } = {},
) {
  const client =
    typeof config === 'string' ? `clients:\n  acme: { ${config} }\n` : JSON.stringify({ clients: { acme: config } });
  const text = typeof file === 'string' ? file : JSON.stringify(file);
  const merged = profileOf(await parsed(client), 'acme', { ...NO_FLAGS, ...more.flags }, AGENT_NAMES);
  const settings = parseProjectFile({ path: '/p/.agentbox.yaml', text });
  const result = applyProjectFile(merged, settings, more.trusted ?? false, AGENT_NAMES);
  return { ...result, before: merged.profile, profile: result.merged.profile, origin: result.merged.origin };
}

describe('what a project file tightens counts by itself', () => {
  it.each([
    ['network', 'network: open', 'network: gateway', 'gateway'],
    ['network', 'network: open', 'network: none', 'none'],
    ['workspace', '', 'workspace: clone', 'clone'],
    ['workspace', 'workspace: clone', 'workspace: readonly', 'readonly'],
    ['autonomy', '', 'autonomy: ask', 'ask'],
    ['untracked', 'untracked: true', 'untracked: false', false],
    ['strict', '', 'strict: true', true],
    ['devcontainer', 'devcontainer: true', 'devcontainer: false', false],
    ['mask', 'mask: [a]', 'mask: [a, b]', ['a', 'b']],
    ['protect', 'protect: [a]', 'protect: [b, b]', ['a', 'b']],
    ['resources', '', 'resources: { memory: 1g, cpus: 1, pids: 99 }', { memory: 1024 ** 3, cpus: 1, pids: 99 }],
    ['agent', 'agents: [claude, codex]', 'agent: codex', 'codex'],
    [
      'deny',
      'deny: [a.test]',
      'deny: [a.test, b.test]',
      [
        { text: 'a.test', from: 'config' },
        { text: 'b.test', from: '.agentbox.yaml' },
      ],
    ],
    [
      'permissions',
      'permissions: { claude: { deny: [WebFetch] } }',
      'permissions: { claude: { deny: [Bash], ask: [Edit] } }',
      { claude: { allow: [], ask: ['Edit'], deny: ['WebFetch', 'Bash'] } },
    ],
  ])('%s: on %j, %j', async (key, config, file, value) => {
    const { profile, origin, counts, ignored } = await applied(config, file);
    expect(Reflect.get(profile, key)).toEqual(value);
    expect(Object.entries(origin).some(([name, from]) => name.startsWith(key) && from === 'project')).toBe(true);
    expect(counts.length).toBeGreaterThan(0);
    expect(ignored).toEqual([]);
  });
});

it('no network, where there is a gateway, is a gateway that denies everything: keys would go into the box without one', async () => {
  const { profile, origin, counts } = await applied('deny: [a.test]', 'network: none\ndeny: [b.test]\n');
  expect(profile.network).toBe('gateway');
  expect(profile.deny.map(({ text }) => text)).toEqual(['a.test', '*', 'b.test']);
  expect(origin).toMatchObject({ network: 'project', 'deny[0]': 'client', 'deny[1]': 'project', 'deny[2]': 'project' });
  expect(counts).toEqual(['network none', 'deny b.test']);
  const { profile: open } = await applied('', 'network: none\n', { flags: { network: 'gateway' } });
  expect(open.deny).toEqual([]);
});

describe('what a project file widens counts only when it is trusted', () => {
  it.each([
    ['network', 'network: none', 'network: gateway', 'gateway'],
    ['workspace', 'workspace: readonly', 'workspace: clone', 'clone'],
    ['workspace', 'workspace: clone', 'workspace: bind', 'bind'],
    ['autonomy', 'autonomy: ask', 'autonomy: auto', 'auto'],
    ['untracked', '', 'untracked: true', true],
    ['strict', 'strict: true', 'strict: false', false],
    ['devcontainer', '', 'devcontainer: true', true],
    ['unmask', '', 'unmask: [.env]', ['.env']],
    ['unprotect', '', 'unprotect: [.envrc]', ['.envrc']],
    ['packages', 'packages: [git]', 'packages: [git, nmap]', ['git', 'nmap']],
    ['toolchains', 'toolchains: { node: 22 }', 'toolchains: { node: 24, go: "1.24" }', { node: '22', go: '1.24' }],
    ['resources', '', 'resources: { memory: 64g }', { memory: 64 * 1024 ** 3, cpus: 2, pids: 512 }],
    ['agent', '', 'agent: codex', 'codex'],
    ['allow', '', 'allow: [api.test]', [{ text: 'api.test', from: '.agentbox.yaml' }]],
    [
      'permissions',
      'permissions: { claude: { deny: [Bash] } }',
      'permissions: { claude: { allow: [Bash] } }',
      { claude: { allow: ['Bash'], ask: [], deny: ['Bash'] } },
    ],
  ])('%s: on %j, %j', async (key, config, file, value) => {
    const without = await applied(config, file);
    expect(without.profile).toEqual(without.before);
    expect(without.ignored).toHaveLength(1);
    expect(without.counts).toEqual([]);
    const trusted = await applied(config, file, { trusted: true });
    expect(Reflect.get(trusted.profile, key)).toEqual(value);
    expect(trusted.counts).toHaveLength(1);
    expect(trusted.ignored).toEqual([]);
    expect(looser(trusted.before, trusted.profile)).not.toEqual([]);
  });

  it('its variables too, which are weaker than all of the user’s own', async () => {
    const config = { env: { MINE: 'mine' }, credentials: { TOKEN: { env: 'T' } } };
    const file = { env: { MINE: 'theirs', TOKEN: 'theirs', MODE: 'dev' } };
    expect(await applied(config, file)).toMatchObject({ env: {}, ignored: ['variable MODE'] });
    const trusted = await applied(config, file, { trusted: true });
    expect(trusted.env).toEqual({ MODE: 'dev' });
    expect(trusted.profile).toEqual(trusted.before);
  });

  it('as well as what opencode shall ask for a pattern of tools, which may stand behind a denial of another pattern', async () => {
    const config = 'permissions: { opencode: { allow: ["a*"], deny: ["a*"] } }';
    const { before, profile, ignored } = await applied(config, 'permissions: { opencode: { ask: ["*a", bash] } }');
    expect(profile.permissions['opencode']).toEqual({ ...before.permissions['opencode'], ask: ['bash'] });
    expect(ignored).toEqual(['opencode ask *a']);
  });

  it('what the user allows already is nothing to trust, even within a preset', async () => {
    const { ignored } = await applied('allow: [npm, api.test]', 'allow: [npm, api.test, any.npmjs.org]');
    expect(ignored).toEqual([]);
    expect((await applied('allow: [any.npmjs.org]', 'allow: [npm]')).ignored).toEqual(['allow npm']);
  });
});

describe('a flag', () => {
  it('wins over a project file, and what it loosens is told', async () => {
    const file = 'network: none\nworkspace: readonly\nresources: { memory: 1g }\nautonomy: ask\n';
    const flags = { network: 'gateway', workspace: 'bind', memory: 8 * 1024 ** 3 } as const;
    const { profile, overruled, counts } = await applied('', file, { flags });
    expect(profile).toMatchObject({ network: 'gateway', workspace: 'bind', autonomy: 'ask' });
    expect(profile.resources.memory).toBe(8 * 1024 ** 3);
    expect(overruled).toEqual(['network none', 'workspace readonly', 'memory 1g']);
    expect(counts).toEqual(['autonomy ask']);
  });

  it('is not told where it is the tighter one', async () => {
    const { profile, overruled, ignored } = await applied('', 'network: gateway\nuntracked: true\n', {
      flags: { network: 'none', untracked: false },
    });
    expect(profile).toMatchObject({ network: 'none', untracked: false });
    expect([overruled, ignored]).toEqual([[], []]);
  });
});

it('an agent that the client may not run, and permissions of one that is none, never count and are told', async () => {
  const file = 'agent: codex\npermissions: { cluade: { deny: [Bash] } }\n';
  const { profile, before, impossible } = await applied('agents: [claude, shell]', file, { trusted: true });
  expect(profile).toEqual(before);
  expect(impossible).toEqual(['agent codex (known: claude, shell)', 'permissions of cluade (did you mean claude?)']);
});

describe('for any project file and any settings of a client', () => {
  const anything = fc.tuple(clients, projectFiles);

  it('nothing is looser than without the file', { timeout: 120_000 }, async () => {
    let tightened = 0;
    await fc.assert(
      fc.asyncProperty(anything, async ([config, file]) => {
        const { before, profile, env } = await applied(config, file);
        expect(looser(before, profile)).toEqual([]);
        expect(env).toEqual({});
        if (JSON.stringify(before) !== JSON.stringify(profile)) tightened += 1;
      }),
      { numRuns: 400 },
    );
    expect(tightened).toBeGreaterThan(100);
  });

  it('trusted it would be: the same comparison finds it', { timeout: 120_000 }, async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(anything, async ([config, file]) => {
        const { before, profile } = await applied(config, file, { trusted: true });
        if (looser(before, profile).length > 0) found += 1;
      }),
      { numRuns: 200 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('what it tightens it tightens again in the same way, and trust adds nothing to what is ignored', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(anything, async ([config, file]) => {
        const untrusted = await applied(config, file);
        const again = applyProjectFile(
          untrusted.merged,
          parseProjectFile({ path: '/p', text: JSON.stringify(file) }),
          false,
          AGENT_NAMES,
        );
        expect(again.merged.profile).toEqual(untrusted.profile);
        expect(again.counts).toEqual([]);
        if (untrusted.ignored.length > 0) return;
        const trusted = await applied(config, file, { trusted: true });
        expect(trusted.profile).toEqual(untrusted.profile);
      }),
      { numRuns: 200 },
    );
  });
});

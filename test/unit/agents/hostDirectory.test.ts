import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Agent, type FirstRunFacts, HOME } from '../../../src/agents/agent.ts';
import { claude } from '../../../src/agents/claude.ts';
import { codex } from '../../../src/agents/codex.ts';
import { copilot } from '../../../src/agents/copilot.ts';
import { gemini } from '../../../src/agents/gemini.ts';
import { AGENT_NAMES, agentOf } from '../../../src/agents/index.ts';
import { needsProvider } from '../../../src/agents/serving.ts';
import { sharedDirectory } from '../../../src/box/sharedDirectory.ts';
import { pathsOf } from '../../../src/config/paths.ts';
import { seeding } from '../../../src/credentials/seeding.ts';
import { sharingRows } from '../../../src/credentials/sharing.ts';
import { temporary, userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';

const on = profile({ shareHostLogin: true });
const env = { env: {}, paths: pathsOf({}, '/home/me') };

const of = (agent: Agent) => {
  if (agent.hostDirectory === undefined) throw new Error(`nothing is shared of ${agent.name}`);
  return agent.hostDirectory;
};

describe.each<[string, Agent, string, Record<string, string>, string]>([
  ['claude', claude, '.claude', { CLAUDE_CONFIG_DIR: '/elsewhere' }, '/elsewhere'],
  ['codex', codex, '.codex', { CODEX_HOME: '/elsewhere' }, '/elsewhere'],
  ['gemini', gemini, '.gemini', { GEMINI_CLI_HOME: '/elsewhere' }, '/elsewhere/.gemini'],
  ['copilot', copilot, '.copilot', { COPILOT_HOME: '/elsewhere' }, '/elsewhere'],
])('the directory of %s on the host', (_, agent, name, variables, elsewhere) => {
  test('is where the agent looks for it, in the box too', () => {
    expect(of(agent).path({}, '/home/me')).toBe(join('/home/me', name));
    expect(of(agent).path(variables, '/home/me')).toBe(elsewhere);
    expect(agent.stateDir).toBe(join(HOME, name));
  });

  test('has at its top what a box may not write, each with a reason', () => {
    for (const [covered, why] of Object.entries(of(agent).covered)) {
      expect(covered).toMatch(/^(\*?[\w.-]+)$/);
      expect(why.length, covered).toBeGreaterThan(5);
    }
    expect(Object.keys(of(agent).seeds).filter((seed) => seed in of(agent).covered)).toEqual([]);
  });
});

test.each<[string, Agent, readonly string[], readonly string[]]>([
  [
    'codex',
    codex,
    ['config.toml', 'hooks.json', 'rules', 'AGENTS.md', 'AGENTS.override.md', 'prompts', 'skills', 'plugins', '.env'],
    ['auth.json', 'sessions', 'history.jsonl', 'state_5.sqlite', 'archived_sessions'],
  ],
  [
    'gemini',
    gemini,
    ['settings.json', '.env', 'GEMINI.md', 'commands', 'extensions', 'policies', 'trustedFolders.json'],
    ['oauth_creds.json', 'google_accounts.json', 'projects.json', 'tmp', 'history'],
  ],
  [
    'copilot',
    copilot,
    ['settings.json', 'config.json', 'mcp-config.json', 'hooks', 'skills', 'installed-plugins', 'extensions', 'pkg'],
    ['session-state', 'session-store.db', 'logs'],
  ],
])('what %s runs or obeys is covered, and its history and a login that renews are not', (_, agent, covered, open) => {
  expect(Object.keys(of(agent).covered)).toEqual(expect.arrayContaining([...covered]));
  expect(open.filter((name) => name in of(agent).covered)).toEqual([]);
});

const FACTS = {
  ...({ autonomy: 'auto', workspace: '/workspace', provider: undefined, permissions: undefined } as const),
  credentials: {},
};

async function firstRun(agent: Agent, files: Record<string, string>, facts: Partial<FirstRunFacts> = {}) {
  const home = await temporary();
  const context = { env: {}, paths: pathsOf({}, home) };
  const dir = of(agent).path({}, home);
  await mkdir(dir);
  for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
  const { agent: inHost, existing } = seeding(on, agent, context);
  return inHost.firstRun({ ...FACTS, existing, ...facts });
}

const settings = (selectedType: string) => ({
  'settings.json': JSON.stringify({ security: { auth: { selectedType } } }),
});
const permissions = { allow: [], ask: [], deny: ['write_file'] };

test('of the first-run files only those that boxes alone read are written', async () => {
  expect(await firstRun(codex, {})).toEqual([]);
  expect(await firstRun(copilot, { 'config.json': '// managed\n{"firstLaunchAt":"2026"}' })).toEqual([]);
  const files = await firstRun(gemini, settings('oauth-personal'), { permissions });
  expect(files.map(({ file }) => file)).toEqual(['agentbox-policy.toml']);
  expect(files[0]?.content).toContain('write_file');
});

test('a run that needs others is refused', async () => {
  const told = expect.objectContaining({ trouble: 'refused' });
  expect(await userError(() => firstRun(codex, {}, { permissions }))).toEqual(told);
  expect(await userError(() => firstRun(copilot, { 'config.json': '{}' }))).toEqual(told);
  expect(await userError(() => firstRun(gemini, {}))).toEqual(told);
  expect(await userError(() => firstRun(gemini, settings('gemini-api-key')))).toEqual(told);
  const commented = { 'settings.json': '// mine\n{}' };
  expect(await userError(() => firstRun(gemini, commented))).toEqual(told);
  const checkpoints = { general: { checkpointing: { enabled: true } } };
  const both = { ...checkpoints, security: { auth: { selectedType: 'oauth-personal' } } };
  expect((await userError(() => firstRun(gemini, { 'settings.json': JSON.stringify(both) }))).why).toContain('git');
  const keyed = { credentials: { GEMINI_API_KEY: 'key' } };
  expect(await userError(() => firstRun(gemini, settings('oauth-personal'), keyed))).toEqual(told);
  expect(await firstRun(gemini, settings('gemini-api-key'), keyed)).toHaveLength(1);
});

test.each(['opencode', 'pi'])('%s is refused by its name, and creds tell so', async (name) => {
  const agent = agentOf(name);
  expect(await userError(() => sharedDirectory(on, agent, env))).toMatchObject({
    trouble: 'unavailable',
    message: `share_host_login is not there for ${agent.title}`,
    why: agent.unshared,
  });
  const request = { profile: on, agent, env: { file: {}, profile: {}, flags: {} }, fresh: false };
  expect(sharingRows(request, env)).toMatchObject([
    { name: 'share_host_login', state: 'missing', why: agent.unshared },
  ]);
});

test('every agent that somebody serves is shared or says why not', () => {
  const silent = AGENT_NAMES.map((name) => agentOf(name)).filter(
    (agent) => needsProvider(agent) && agent.hostDirectory === undefined && agent.unshared === undefined,
  );
  expect(silent).toEqual([]);
});

import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { codex } from '../../../src/agents/codex.ts';
import { shell } from '../../../src/agents/shell.ts';
import { changedIn, sharedDirectory } from '../../../src/box/sharedDirectory.ts';
import { pathsOf } from '../../../src/config/paths.ts';
import { seeding } from '../../../src/credentials/seeding.ts';
import { temporary, userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';

const on = profile({ shareHostLogin: true });

async function home() {
  const path = await temporary();
  await mkdir(join(path, '.claude/hooks'), { recursive: true, mode: 0o755 });
  await writeFile(join(path, '.claude/settings.json'), '{}');
  await writeFile(join(path, '.claude/history.jsonl'), '');
  return { path, context: { env: {}, paths: pathsOf({}, path) } };
}

test('is the agent’s own, with what the host runs of it', async () => {
  const { path, context } = await home();
  const found = await sharedDirectory(on, claude, context);
  expect(found).toMatchObject({ path: join(path, '.claude'), covered: [{ name: 'settings.json' }, { name: 'hooks' }] });
  expect(await sharedDirectory(profile(), claude, context)).toBeUndefined();
  expect(await sharedDirectory(on, shell, context)).toBeUndefined();
});

test('is where CLAUDE_CONFIG_DIR says', async () => {
  const { path, context } = await home();
  await mkdir(join(path, 'work'));
  const env = { CLAUDE_CONFIG_DIR: join(path, 'work') };
  expect(await sharedDirectory(on, claude, { ...context, env })).toMatchObject({
    path: join(path, 'work'),
    covered: [],
  });
});

test.each<[string, (path: string) => Promise<unknown>, string]>([
  ['an entry that is a link', (path) => symlink('/', join(path, '.claude/skills')), 'skills is a link'],
  ['an entry that leads nowhere', (path) => symlink('/nothing', join(path, '.claude/agents')), 'agents is a link'],
  ['a directory that others can write', (path) => chmod(join(path, '.claude'), 0o777), 'other users can write'],
])('is refused with %s', async (_, change, why) => {
  const { path, context } = await home();
  await change(path);
  expect(await userError(() => sharedDirectory(on, claude, context))).toMatchObject({
    trouble: 'refused',
    why: expect.stringContaining(why),
  });
});

test('is refused where it is not there, is a link, or is not known for the agent', async () => {
  const { path, context } = await home();
  await symlink(join(path, '.claude'), join(path, 'link'));
  const at = (name: string) => ({ ...context, env: { CLAUDE_CONFIG_DIR: join(path, name) } });
  expect((await userError(() => sharedDirectory(on, claude, at('link')))).why).toBe('it is a link');
  expect((await userError(() => sharedDirectory(on, claude, at('nowhere')))).message).toContain(
    'there is no directory',
  );
  const { hostDirectory: _, ...unknown } = claude;
  expect((await userError(() => sharedDirectory(on, unknown, context))).trouble).toBe('unavailable');
});

test('tells what has appeared since, or is another file', async () => {
  const { path, context } = await home();
  const before = await sharedDirectory(on, claude, context);
  if (before === undefined) throw new Error('nothing is shared');
  expect(await changedIn(before, claude)).toEqual([]);
  await writeFile(join(path, '.claude/CLAUDE.md'), 'obey');
  await symlink('/nothing', join(path, '.claude/plugins'));
  await writeFile(join(path, '.claude/new'), '{"hooks":{}}');
  await rename(join(path, '.claude/new'), join(path, '.claude/settings.json'));
  expect(await changedIn(before, claude)).toEqual(
    ['settings.json', 'CLAUDE.md', 'plugins'].map((name) => join(path, '.claude', name)),
  );
});

test('covers what ends as the agent says, and refuses a name that no mount can have', async () => {
  const { path, context } = await home();
  const dir = join(path, '.codex');
  await mkdir(dir, { mode: 0o755 });
  for (const name of ['work.config.toml', 'config.toml', 'auth.json']) await writeFile(join(dir, name), '');
  const before = await sharedDirectory(on, codex, context);
  expect(before?.covered.map(({ name }) => name)).toEqual(['config.toml', 'work.config.toml']);
  const evil = 'a,readonly=false\u001b[2J.config.toml';
  await writeFile(join(dir, evil), '');
  expect((await userError(() => sharedDirectory(on, codex, context))).why).toContain('cannot be mounted');
  expect(before && (await changedIn(before, codex))).toEqual([JSON.stringify(join(dir, evil))]);
});

test('is seeded with files of boxes alone, which begin with the account of the host', async () => {
  const { path, context } = await home();
  await writeFile(
    join(path, '.claude.json'),
    JSON.stringify({ oauthAccount: { a: 1 }, mcpServers: { b: 1 }, projects: {} }),
  );
  const facts = {
    ...({ autonomy: 'auto', workspace: '/workspace', provider: undefined, permissions: undefined } as const),
    credentials: {},
  };
  const inHost = seeding(on, claude, context);
  const files = inHost.agent.firstRun({ ...facts, existing: inHost.existing });
  expect(files.map(({ file }) => file)).toEqual(['.claude.json']);
  expect(JSON.parse(files[0]?.content ?? '')).toMatchObject({ oauthAccount: { a: 1 }, hasCompletedOnboarding: true });
  expect(files[0]?.content).not.toContain('mcpServers');
  const own = seeding(profile(), claude, context);
  expect(own.agent.firstRun({ ...facts, existing: own.existing }).map(({ file }) => file)).toContain('settings.json');
});

import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { registerClient } from '../../../src/cli/client.ts';
import { agentStateDir, clientDir } from '../../../src/config/paths.ts';
import type { BoxInfo } from '../../../src/engine/engine.ts';
import { UsageError } from '../../../src/errors.ts';
import { ensureClientState } from '../../../src/state/clientState.ts';
import { runCommand, type TestContext, testContext } from '../support/command.ts';
import { temporary, userError } from '../support/config.ts';

const run = (context: TestContext, ...argv: string[]) => runCommand(context, registerClient, 'client', ...argv);
const box = (state: BoxInfo['state']): BoxInfo => ({
  id: '1',
  name: 'agentbox-acme-1',
  image: '',
  labels: {},
  state,
  exitCode: undefined,
  created: '',
});

/** A home with client acme, in the configuration and with state of agent claude. */
async function withAcme(more: Parameters<typeof testContext>[1] = {}): Promise<TestContext> {
  const home = await temporary();
  const context = testContext(home, more);
  await mkdir(join(home, 'work/acme'), { recursive: true });
  await run(context, 'add', 'acme', '--project', 'work/acme');
  await ensureClientState(context.paths, 'acme', 'claude', context.caller, context.caller);
  const state = agentStateDir(context.paths, 'acme', 'claude');
  await writeFile(join(state, '.credentials.json'), 's3cret');
  await writeFile(join(state, 'settings.json'), '{}');
  return context;
}

const config = (context: TestContext) => readFile(context.paths.configFile, 'utf8');

test('add puts the client into the configuration and says what comes next', async () => {
  const context = await withAcme();
  expect(await config(context)).toBe('clients:\n  acme:\n    projects:\n      - ~/work/acme\n');
  expect(context.written.err).toContain('agentbox login --client acme');
});

test.each(['Acme', 'a b', '-x', 'a/b', '..', 'x'.repeat(32)])('%j is no name of a client', async (name) => {
  const context = testContext(await temporary());
  await expect(run(context, 'add', '--', name)).rejects.toThrow(UsageError);
});

test('add refuses a folder that is not there', async () => {
  const context = testContext(await temporary());
  expect((await userError(() => run(context, 'add', 'acme', '-p', 'nope'))).trouble).toBe('project');
});

test('ls shows configured clients and those that only have state', async () => {
  const context = await withAcme();
  await ensureClientState(context.paths, 'old', 'shell', context.caller, context.caller);
  const table = await run(context, 'ls');
  expect(table).toMatch(/\nacme +claude, .*shell +claude +\S+\/work\/acme\n/);
  expect(table).toMatch(/\ndefault +claude, .*shell/);
  expect(table).toMatch(/\nold +\(not in the configuration\) +shell/);
  expect(JSON.parse(await run(context, 'ls', '--json'))).toContainEqual(
    expect.objectContaining({ client: 'acme', configured: true, state: ['claude'] }),
  );
});

test('show prints the state and each setting', async () => {
  const context = await withAcme();
  expect(await run(context, 'show', 'acme')).toContain(`state of claude in ${clientDir(context.paths, 'acme')}`);
  expect(JSON.parse(await run(context, 'show', 'acme', '--json'))).toMatchObject({ client: 'acme', state: ['claude'] });
  expect((await userError(() => run(context, 'show', 'acne'))).why).toBe('did you mean acme?');
});

test.each([{}, { boxes: [] }, { boxes: [box('exited')] }])(
  'rm removes state and configuration, with %j',
  async (more) => {
    const context = await withAcme(more);
    await run(context, 'rm', 'acme', '--yes');
    expect(await readdir(join(context.paths.dataDir, 'clients'))).toEqual([]);
    expect(await config(context)).not.toContain('acme');
  },
);

test.each(['running', 'paused'] as const)('a %s box keeps rm, reset and export away', async (state) => {
  const context = await withAcme({ boxes: [box(state)] });
  for (const argv of [
    ['rm', 'acme', '--yes'],
    ['reset', 'acme', '--yes'],
    ['export', 'acme', '-o', 'x.tar.gz'],
  ]) {
    const error = await userError(() => run(context, ...argv));
    expect(error.trouble).toBe('refused');
    expect(error.next).toEqual(['agentbox stop agentbox-acme-1']);
  }
  expect(await readdir(agentStateDir(context.paths, 'acme', 'claude'))).toHaveLength(2);
  expect(await config(context)).toContain('acme');
  expect(await readdir(context.paths.home)).not.toContain('x.tar.gz');
});

test('rm and reset ask first; without a terminal they name the flag', async () => {
  const refusing = await withAcme({ answer: false });
  await run(refusing, 'rm', 'acme');
  await run(refusing, 'reset', 'acme');
  expect(await readdir(agentStateDir(refusing.paths, 'acme', 'claude'))).toHaveLength(2);
  const silent = await withAcme();
  await expect(run(silent, 'rm', 'acme')).rejects.toThrow(UsageError);
  await expect(run(silent, 'reset', 'acme')).rejects.toThrow(UsageError);
  const agreeing = await withAcme({ answer: true });
  await run(agreeing, 'rm', 'acme');
  expect(await config(agreeing)).not.toContain('acme');
});

test('the client default cannot be removed, but reset', async () => {
  const context = testContext(await temporary());
  expect((await userError(() => run(context, 'rm', 'default', '--yes'))).next).toEqual([
    'agentbox client reset default',
  ]);
  await ensureClientState(context.paths, 'default', 'shell', context.caller, context.caller);
  await run(context, 'reset', 'default', '--yes');
  expect(await readdir(clientDir(context.paths, 'default'))).toEqual([]);
});

test('reset of one agent leaves the others, and names those there are', async () => {
  const context = await withAcme();
  await ensureClientState(context.paths, 'acme', 'shell', context.caller, context.caller);
  await run(context, 'reset', 'acme', '--agent', 'shell', '--yes');
  expect(await readdir(join(clientDir(context.paths, 'acme'), 'agents'))).toEqual(['claude']);
  const error = await userError(() => run(context, 'reset', 'acme', '--agent', '../..', '--yes'));
  expect(error.why).toBe('it has state of: claude');
});

test.each(['../other', '/etc', '.', 'nobody'])('%j is no client to remove, reset or export', async (name) => {
  const context = await withAcme();
  for (const verb of ['rm', 'reset', 'export']) {
    expect((await userError(() => run(context, verb, name, ...(verb === 'export' ? [] : ['--yes'])))).trouble).toBe(
      'config',
    );
  }
});

test('export leaves logins and delivered secrets out, unless they are asked for', async () => {
  const context = await withAcme();
  const state = agentStateDir(context.paths, 'acme', 'claude');
  await writeFile(join(state, 'delivered.key'), 's3cret');
  await writeFile(
    context.paths.configFile,
    'clients: { acme: { credentials: { K: { env: K, deliver: { file: /home/agent/.claude/delivered.key } } } } }',
    { mode: 0o600 },
  );
  const file = (await run(context, 'export', 'acme')).trim();
  expect(file).toBe(join(context.cwd, 'agentbox-acme-2026-01-02T030405.tar.gz'));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const list = (archive: string) => execFileSync('tar', ['tzf', archive], { encoding: 'utf8' });
  expect(list(file)).toContain('settings.json');
  expect(list(file)).not.toMatch(/credentials|delivered/);
  const full = (await run(context, 'export', 'acme', '-o', 'full.tar.gz', '--with-logins')).trim();
  expect(list(full)).toContain('.credentials.json');
  expect(list(full)).toContain('delivered.key');
});

import { mkdir, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { registerConfig } from '../../../src/cli/config.ts';
import { pathsOf } from '../../../src/config/paths.ts';
import { configJsonSchema } from '../../../src/config/schema.ts';
import { runCommand, type TestContext, testContext } from '../support/command.ts';
import { temporary, userError } from '../support/config.ts';

async function withConfig(text: string | undefined): Promise<TestContext> {
  const home = await temporary();
  const paths = pathsOf({}, home);
  if (text !== undefined) {
    await mkdir(paths.configDir, { recursive: true });
    await writeFile(paths.configFile, text, { mode: 0o600 });
  }
  return testContext(home);
}

const run = (context: TestContext, ...argv: string[]) => runCommand(context, registerConfig, 'config', ...argv);

test('path prints where the file is or would be', async () => {
  const context = await withConfig(undefined);
  expect(await run(context, 'path')).toBe(`${context.paths.configFile}\n`);
  expect(JSON.parse(await run(context, 'path', '--json'))).toEqual({
    file: context.paths.configFile,
    state: context.paths.dataDir,
  });
});

test('show prints each value and where it comes from, and no secret', async () => {
  const context = await withConfig(
    'defaults: { engine: podman }\nclients: { acme: { agents: [shell], env: { T: s3cret } } }\n',
  );
  const table = await run(context, 'show', '--client', 'acme');
  expect(table).toMatch(/^SETTING +VALUE +FROM\n/);
  expect(table).toMatch(/\nagent +shell +client\n/);
  expect(table).toMatch(/\nengine +podman +defaults\n/);
  expect(table).toMatch(/\nenv\.T +\(not shown\) +client\n/);
  const json = await run(context, 'show', '--client', 'acme', '--json');
  expect(JSON.parse(json).settings).toContainEqual({ setting: 'engine', value: 'podman', from: 'defaults' });
  expect(table + json).not.toContain('s3cret');
});

test('show works without a file, and says so', async () => {
  const context = await withConfig(undefined);
  expect(await run(context, 'show')).toMatch(/\nlogin +host +built in\n/);
  expect(context.written.err).toContain('there is no');
});

test('show of an unknown client is refused', async () => {
  const error = await userError(async () => run(await withConfig('clients: { acme: }'), 'show', '--client', 'acne'));
  expect(error.why).toBe('did you mean acme?');
});

test('schema prints the JSON Schema', async () => {
  expect(JSON.parse(await run(await withConfig(undefined), 'schema'))).toEqual(configJsonSchema());
});

test('validate is quiet on stdout about a valid file, and checks agents in every client', async () => {
  const context = await withConfig('clients: { acme: { agents: [shell] } }');
  expect(await run(context, 'validate')).toBe('');
  expect(context.written.err).toContain('is valid; clients: default, acme');
  expect(JSON.parse(await run(context, 'validate', '--json'))).toMatchObject({
    valid: true,
    clients: ['default', 'acme'],
  });
  const wrong = await withConfig('clients: { acme: { agents: [shel] } }');
  expect((await userError(() => run(wrong, 'validate'))).message).toBe('there is no agent "shel"');
});

test('validate --json prints every mistake, and still fails', async () => {
  const context = await withConfig('clients:\n  acme:\n    agnet: x\n    engine: y\n');
  await userError(() => run(context, 'validate', '--json'));
  expect(JSON.parse(context.written.out)).toMatchObject({
    valid: false,
    problems: [
      { path: 'clients.acme.agnet', line: 3, column: 5 },
      { path: 'clients.acme.engine', line: 4, column: 13 },
    ],
  });
});

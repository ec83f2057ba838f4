import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { secretsDir } from '../../../src/config/paths.ts';
import { storeOf } from '../../../src/credentials/store.ts';
import { testContext } from '../support/command.ts';
import { temporary, userError } from '../support/config.ts';
import { ended } from './support.ts';

const CONFIG = `clients:
  acme:
    credentials: { A: { store: keychain }, B: { store: keychain }, C: { store: file }, D: { env: D } }
`;

/** A home with client acme, and a keychain that answers each question with the next of `answers`. */
async function home(platform: NodeJS.Platform, ...answers: readonly object[]) {
  const context = testContext(await temporary(), { boxes: [] });
  await mkdir(context.paths.configDir, { recursive: true });
  await writeFile(context.paths.configFile, CONFIG, { mode: 0o600 });
  await storeOf('file', context).set({ client: 'acme', name: 'C' }, 'value');
  const asked: string[] = [];
  const execute = async (_: readonly string[], options?: { input?: string | Buffer }) => {
    const { action, account } = JSON.parse(String(options?.input));
    asked.push(`${action} ${account}`);
    return ended({ stdout: JSON.stringify(answers[asked.length - 1]) });
  };
  return { context: { ...context, platform, execute }, asked };
}

test('client rm removes what the keychain and the files keep for the client', async () => {
  const { context, asked } = await home('linux', { value: '' }, { value: null });
  await runProgram(['client', 'rm', 'acme', '--yes'], context);
  expect(asked).toEqual(['delete acme/A', 'delete acme/B']);
  expect(await readdir(join(secretsDir(context.paths, 'acme'), '..'))).toEqual([]);
});

test.each([
  ['linux', 'Secret Service: object locked', 'secret-tool clear service agentbox username acme/B'],
  [
    'darwin',
    'Platform failure: User interaction is not allowed.',
    'security delete-generic-password -s agentbox -a acme/B',
  ],
] as const)(
  'client rm on %s says what a locked keychain keeps, and removes the rest',
  async (platform, error, next) => {
    const { context, asked } = await home(platform, { value: '' }, { error });
    const thrown = await userError(() => runProgram(['client', 'rm', 'acme', '--yes'], context));
    expect(thrown).toMatchObject({ message: 'client acme is gone, but the keychain still keeps B', next: [next] });
    expect(thrown.why).toContain('the keychain is locked');
    expect((await context.config()).clients.has('acme')).toBe(false);
    expect(await readdir(join(secretsDir(context.paths, 'acme'), '..'))).toEqual([]);
    expect(asked).toHaveLength(2);
  },
);

test('client rm asks a keychain that does not answer only once', async () => {
  const { context, asked } = await home('linux', { error: 'Secret Service: object locked' });
  const thrown = await userError(() => runProgram(['client', 'rm', 'acme', '--yes'], context));
  expect(thrown.message).toContain('still keeps A, B');
  expect(asked).toHaveLength(1);
});

import { lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addClient, addCredential, removeClient, removeCredential } from '../../../src/config/edit.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { type Paths, pathsOf } from '../../../src/config/paths.ts';
import { temporary, userError } from '../support/config.ts';

async function withConfig(text?: string): Promise<Paths> {
  const paths = pathsOf({}, await temporary());
  if (text === undefined) return paths;
  await mkdir(paths.configDir, { recursive: true });
  await writeFile(paths.configFile, text, { mode: 0o600 });
  return paths;
}

const read = (paths: Paths) => readFile(paths.configFile, 'utf8');

const COMMENTED = `# mine
defaults:
  agent: claude # the best

clients:
  # the first one
  acme:
    projects: [ ~/a ] # here
    git: { name: A, email: a@example.com }
`;

test('a client is added, and every comment stays where it was', async () => {
  const paths = await withConfig(COMMENTED);
  await addClient(paths, 'beta', [join(paths.home, 'b'), '/srv/b']);
  expect(await read(paths)).toBe(`${COMMENTED}  beta:\n    projects:\n      - ~/b\n      - /srv/b\n`);
  expect((await loadConfig(paths)).clients.get('beta')).toEqual({ projects: [join(paths.home, 'b'), '/srv/b'] });
});

test('a client is removed with its own comments, and the others’ stay', async () => {
  const paths = await withConfig(COMMENTED);
  await addClient(paths, 'beta', []);
  await removeClient(paths, 'beta');
  expect(await read(paths)).toBe(COMMENTED);
  await removeClient(paths, 'acme');
  expect(await read(paths)).toBe('# mine\ndefaults:\n  agent: claude # the best\n');
});

test('adding and removing gives back the same text', async () => {
  for (const text of ['', '# only a comment\n', 'clients: { a: { agent: shell } }\n', 'defaults:\n  agent: shell\n']) {
    const paths = await withConfig(text);
    await addClient(paths, 'new', ['/srv/new']);
    expect((await loadConfig(paths)).clients.get('new')).toEqual({ projects: ['/srv/new'] });
    await removeClient(paths, 'new');
    expect((await read(paths)).trim()).toBe(text.trim());
  }
});

test.each([undefined, '', '# c\n', 'clients:\n', 'clients: {}\n'])('a client is added to %j', async (text) => {
  const paths = await withConfig(text);
  await addClient(paths, 'acme', []);
  const config = await loadConfig(paths);
  expect([...config.clients]).toEqual([['acme', {}]]);
  expect(await read(paths)).not.toContain('{');
  expect((await stat(paths.configFile)).mode & 0o777).toBe(0o600);
  expect((await stat(paths.configDir)).mode & 0o022).toBe(0);
});

test.each<[string, string, string[], RegExp]>([
  ['a client that is there', 'acme', [], /acme is there already/],
  ['a folder of another client', 'beta', ['a/deep'], /stays as it is.*overlaps with .*\/a of client acme/],
  ['a folder around another client’s', 'beta', ['.'], /overlaps with/],
])('%s is not added and nothing is written', async (_what, client, projects, words) => {
  const paths = await withConfig(COMMENTED);
  const error = await userError(() =>
    addClient(
      paths,
      client,
      projects.map((path) => join(paths.home, path)),
    ),
  );
  expect(`${error.message} ${error.why}`).toMatch(words);
  expect(await read(paths)).toBe(COMMENTED);
});

test('a broken configuration is not edited', async () => {
  const paths = await withConfig('nope: 1\n');
  await userError(() => addClient(paths, 'acme', []));
  expect(await read(paths)).toBe('nope: 1\n');
});

test('a configuration behind a link stays one', async () => {
  const paths = await withConfig();
  await mkdir(paths.configDir, { recursive: true });
  const real = join(paths.home, 'dotfile.yaml');
  await writeFile(real, COMMENTED, { mode: 0o600 });
  await symlink(real, paths.configFile);
  await addClient(paths, 'beta', []);
  expect((await lstat(paths.configFile)).isSymbolicLink()).toBe(true);
  expect(await readFile(real, 'utf8')).toContain('beta');
});

test('clients that are added at the same time are all there', { timeout: 30_000 }, async () => {
  const paths = await withConfig(COMMENTED);
  const names = Array.from({ length: 8 }, (_, index) => `client-${index}`);
  await Promise.all(names.map((name) => addClient(paths, name, [])));
  expect([...(await loadConfig(paths)).clients.keys()].sort()).toEqual(['acme', ...names].sort());
});

test('a credential is added and removed, and every comment stays', async () => {
  const paths = await withConfig(COMMENTED);
  await addCredential(paths, 'acme', 'TOKEN', 'keychain');
  expect(await read(paths)).toBe(`${COMMENTED}    credentials:\n      TOKEN: { store: keychain }\n`);
  await addCredential(paths, 'acme', 'OTHER', 'file');
  await removeCredential(paths, 'acme', 'OTHER');
  await removeCredential(paths, 'acme', 'NONE');
  expect((await loadConfig(paths)).clients.get('acme')?.credentials).toEqual({
    TOKEN: { source: { store: 'keychain' }, deliver: 'auto', agents: undefined },
  });
  await removeCredential(paths, 'acme', 'TOKEN');
  expect(await read(paths)).toBe(COMMENTED);
});

test.each([undefined, '', 'clients:\n', 'clients: {}\n', 'clients:\n  acme: # ours\n', 'clients: { acme: {} }\n'])(
  'a credential is added to %j',
  async (text) => {
    const paths = await withConfig(text);
    await addCredential(paths, 'acme', 'TOKEN', 'file');
    expect((await loadConfig(paths)).clients.get('acme')?.credentials).toHaveProperty('TOKEN');
    if (text?.includes('# ours')) expect(await read(paths)).toContain('# ours');
  },
);

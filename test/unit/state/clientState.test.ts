import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentStateDir, clientDir, historyDir, pathsOf } from '../../../src/config/paths.ts';
import {
  agentsWithState,
  clientsWithState,
  ensureClientState,
  removeState,
  resetState,
} from '../../../src/state/clientState.ts';
import { temporary, userError } from '../support/config.ts';
import { asUser, isRoot } from '../support/root.ts';

const caller = { uid: process.getuid?.() ?? 0 };
const self = { uid: caller.uid, gid: process.getgid?.() ?? 0 };
const ownerOf = async (path: string) => (({ uid, gid }) => ({ uid, gid }))(await lstat(path));

async function ensured(owner = self) {
  const paths = pathsOf({}, await temporary());
  await ensureClientState(paths, 'acme', 'claude', caller, owner);
  return { paths, state: agentStateDir(paths, 'acme', 'claude'), history: historyDir(paths, 'acme') };
}

test('the directories of a client are made for nobody else to read', async () => {
  const { paths, state, history } = await ensured();
  for (const directory of [paths.dataDir, clientDir(paths, 'acme'), state, history]) {
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  }
  expect(await clientsWithState(paths)).toEqual(['acme']);
  expect(await agentsWithState(paths, 'acme')).toEqual(['claude']);
});

test('what is there stays, and a directory that was opened to others is closed', async () => {
  const { paths, state } = await ensured();
  await writeFile(join(state, 'settings.json'), '{}');
  await chmod(state, 0o755);
  await ensureClientState(paths, 'acme', 'claude', caller, self);
  expect(await readFile(join(state, 'settings.json'), 'utf8')).toBe('{}');
  expect((await stat(state)).mode & 0o777).toBe(0o700);
});

test.each(['clients/acme', 'clients/acme/agents/claude', 'clients/acme/history'])(
  'a link in the place of %s is refused and not followed',
  async (place) => {
    const home = await temporary();
    const paths = pathsOf({}, home);
    const [victim, link] = [join(home, 'victim'), join(paths.dataDir, place)];
    await mkdir(victim, { mode: 0o755 });
    await mkdir(join(link, '..'), { recursive: true });
    await symlink(victim, link);
    const error = await userError(() => ensureClientState(paths, 'acme', 'claude', caller, self));
    expect(error.message).toBe(`${link} is not a directory`);
    expect(await readdir(victim)).toEqual([]);
    expect((await stat(victim)).mode & 0o777).toBe(0o755);
  },
);

test('the folder of all state may be behind a link', async () => {
  const home = await temporary();
  await mkdir(join(home, 'big-disk'));
  await symlink(join(home, 'big-disk'), join(home, 'data'));
  const paths = pathsOf({ AGENTBOX_DATA: join(home, 'data') }, home);
  await ensureClientState(paths, 'acme', 'claude', caller, self);
  expect(await readdir(join(home, 'big-disk'))).toEqual(['clients']);
});

test.runIf(isRoot)('root gives what a box uses to the user of the box, and only that', async () => {
  const { paths, state, history } = await ensured();
  const outside = join(paths.home, 'outside');
  await writeFile(outside, '');
  await mkdir(join(state, 'a/b'), { recursive: true });
  await writeFile(join(state, 'a/b/file'), '');
  await symlink(outside, join(state, 'a/link'));
  await symlink(paths.home, join(state, 'a/folder-link'));
  const owner = { uid: 12345, gid: 12346 };
  await ensureClientState(paths, 'acme', 'claude', caller, owner);
  for (const path of [state, history, join(state, 'a/b'), join(state, 'a/b/file'), join(state, 'a/link')]) {
    expect(await ownerOf(path)).toEqual(owner);
  }
  for (const path of [outside, paths.home, clientDir(paths, 'acme')]) expect(await ownerOf(path)).toEqual(self);
});

test("an ordinary user is told when root's state is in the way", async ({ skip }) => {
  if (!isRoot) return skip('needs root, to be two users');
  const home = await temporary();
  const paths = pathsOf({}, home);
  await mkdir(paths.dataDir, { recursive: true });
  for (const path of [home, join(home, '.local'), join(home, '.local/share'), paths.dataDir]) await chmod(path, 0o777);
  await mkdir(join(paths.dataDir, 'clients'), { mode: 0o700 });
  await asUser(65534, async () => {
    const nobody = { uid: 65534, gid: 65534 };
    const error = await userError(() => ensureClientState(paths, 'acme', 'claude', nobody, nobody));
    expect(error.trouble).toBe('state');
    expect(error.next).toEqual([`sudo chown -R 65534 ${paths.dataDir}`]);
  });
});

test('reset takes one agent, or all agents and the history; remove takes everything', async () => {
  const { paths, state, history } = await ensured();
  await ensureClientState(paths, 'acme', 'shell', caller, self);
  await ensureClientState(paths, 'beta', 'shell', caller, self);
  await writeFile(join(state, 'x'), '');
  await resetState(paths, 'acme', 'claude');
  expect(await agentsWithState(paths, 'acme')).toEqual(['shell']);
  expect((await stat(history)).isDirectory()).toBe(true);
  await resetState(paths, 'acme', undefined);
  expect(await readdir(clientDir(paths, 'acme'))).toEqual([]);
  await removeState(paths, 'acme');
  await removeState(paths, 'acme');
  expect(await clientsWithState(paths)).toEqual(['beta']);
});

test('removing follows no link', async () => {
  const { paths, state } = await ensured();
  const outside = join(paths.home, 'outside');
  await mkdir(outside);
  await writeFile(join(outside, 'precious'), '');
  await symlink(outside, join(state, 'link'));
  await removeState(paths, 'acme');
  expect(await readdir(outside)).toEqual(['precious']);
});

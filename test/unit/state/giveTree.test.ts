import { spawn } from 'node:child_process';
import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { giveTree } from '../../../src/state/giveTree.ts';
import { temporary } from '../support/config.ts';
import { isRoot } from '../support/root.ts';

const SWAP = `
const { renameSync } = require('node:fs');
const [a, b, z] = ['a', 'b', 'z'].map((name) => process.argv[1] + '/' + name);
for (;;) {
  renameSync(a, b);
  renameSync(z, a);
  renameSync(a, z);
  renameSync(b, a);
}
`;

test.runIf(isRoot)(
  'giving a tree while somebody swaps folders for links touches nothing outside',
  { timeout: 30_000 },
  async () => {
    const home = await temporary();
    const [tree, outside] = [join(home, 'tree'), join(home, 'outside')];
    await mkdir(outside);
    await mkdir(join(tree, 'a'), { recursive: true });
    await symlink(outside, join(tree, 'z'));
    for (let index = 0; index < 20; index += 1) {
      await writeFile(join(outside, `f${index}`), '');
      await writeFile(join(tree, 'a', `f${index}`), '');
    }
    const swapper = spawn(process.execPath, ['-e', SWAP, tree], { stdio: 'ignore' });
    try {
      const until = Date.now() + 2000;
      while (Date.now() < until) await giveTree(tree, { uid: 12345, gid: 12345 }).catch(() => undefined);
    } finally {
      swapper.kill('SIGKILL');
    }
    const owners = await Promise.all(['.', ...(await readdir(outside))].map((name) => lstat(join(outside, name))));
    expect(owners.length).toBe(21);
    expect(owners.every(({ uid }) => uid === 0)).toBe(true);
  },
);

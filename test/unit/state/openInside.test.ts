import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openInside } from '../../../src/state/openInside.ts';
import { temporary } from '../support/config.ts';

async function textOf(root: string, path: string): Promise<string | undefined> {
  const handle = await openInside(root, path);
  try {
    return await handle?.readFile('utf8');
  } finally {
    await handle?.close();
  }
}

it('what is opened lies inside, also while a box puts a link in the place of a folder', async () => {
  const folder = await temporary();
  const root = join(folder, 'root');
  const [path, other] = [join(root, 'path'), join(root, 'other')];
  await mkdir(path, { recursive: true });
  await mkdir(join(folder, 'outside'));
  await writeFile(join(path, 'file'), 'inside');
  await writeFile(join(folder, 'outside/file'), 'outside');
  await symlink('../outside', other);
  const seen = new Map<string, number>();
  let running = true;
  const swapping = (async () => {
    while (running) {
      await rename(path, `${path}.away`);
      await rename(other, path);
      await rename(path, other);
      await rename(`${path}.away`, path);
    }
  })();
  const end = Date.now() + 1000;
  while (Date.now() < end) {
    const text = await textOf(root, join(path, 'file')).catch((error: unknown) => {
      expect(error).toMatchObject({ trouble: 'refused' });
      return 'refused';
    });
    seen.set(text ?? 'nothing', 1 + (seen.get(text ?? 'nothing') ?? 0));
  }
  running = false;
  await swapping;
  expect([...seen.keys()]).not.toContain('outside');
  // Else the test has shown nothing.
  expect([...seen.keys()]).toEqual(expect.arrayContaining(['inside', 'refused']));
});

import { chmod, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isOursAlone } from '../../../src/credentials/sources/keyringAddon.ts';
import { temporary } from '../support/config.ts';

test.each([
  [0o700, true],
  [0o755, true],
  [0o1777, true],
  [0o777, false],
  [0o770, false],
])('native code is put below a directory of mode %o: %s', async (mode, safe) => {
  const directory = join(await temporary(), 'place');
  await mkdir(join(directory, 'below'), { recursive: true });
  await chmod(directory, mode);
  expect(isOursAlone(directory)).toBe(safe);
  expect(isOursAlone(join(directory, 'below'))).toBe(safe);
  await symlink(join(directory, 'below'), `${directory}.link`);
  expect(isOursAlone(`${directory}.link`)).toBe(safe);
});

test('native code is not put where there is nothing', async () => {
  expect(isOursAlone(join(await temporary(), 'absent'))).toBe(false);
});

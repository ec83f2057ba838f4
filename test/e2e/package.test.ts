import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

it('publint finds nothing to mend in the package', async () => {
  const { messages } = await publint({ pkgDir: REPOSITORY, pack: 'npm' });
  expect(messages).toEqual([]);
});

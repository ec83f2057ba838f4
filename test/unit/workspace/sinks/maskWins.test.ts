import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathsOf } from '../../../../src/config/paths.ts';
import { execute } from '../../../../src/execute.ts';
import { lookAtSinks } from '../../../../src/workspace/sinks/lookAtSinks.ts';
import { temporary } from '../../support/config.ts';

test('what is masked stays masked, whatever protects it too', async () => {
  const project = await temporary();
  await mkdir(join(project, 'certs'));
  for (const file of ['.env', '.envrc', 'certs/key', 'notes']) await writeFile(join(project, file), 'secret\n');
  const deps = { execute, env: { PATH: process.env['PATH'] }, paths: pathsOf({}, project) };
  const settings = { mask: ['certs/key', '.envrc'], unmask: [], unprotect: [], strict: false };
  const look = async (protect: readonly string[]) => {
    const { masked, guarded } = await lookAtSinks(deps, { ...settings, protect }, project);
    return { masked: [...masked].sort(), guarded: guarded.map(({ path }) => path) };
  };
  const masked = ['.env', '.envrc', 'certs/key'];
  expect(await look([])).toEqual({ masked, guarded: [] });
  expect(await look(['.env', '.envrc', 'certs/key', 'notes'])).toEqual({ masked, guarded: ['notes'] });
  // A folder is protected around what is masked in it.
  expect(await look(['certs'])).toEqual({ masked, guarded: ['certs'] });
});

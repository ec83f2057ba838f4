import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseProjectFile } from '../../../src/config/projectFile/parse.ts';
import { projectSchema } from '../../../src/config/projectFile/schema.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/project-file.md', import.meta.url)), 'utf8');

test('the file that docs/project-file.md shows is one', () => {
  const [, yaml = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
  expect(Object.keys(parseProjectFile({ path: '/p/.agentbox.yaml', text: yaml })).sort()).toEqual(
    ['allow', 'deny', 'env', 'mask', 'packages', 'resources'].sort(),
  );
});

test('docs/project-file.md has a row for every setting, and for no other', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const told = rows.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  expect(told.sort()).toEqual(Object.keys(projectSchema.shape).sort());
});

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookAtProject } from '../../../src/init/lookAtProject.ts';
import { temporary } from '../support/config.ts';

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const top = await temporary();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(top, name, '..'), { recursive: true });
    await writeFile(join(top, name), text);
  }
  return top;
}

const CONFIG = '[remote "origin"]\n\turl = git@github.com:acme/shop.git\n';

test('finds the repository around, its languages one level down, and where it is fetched from', async () => {
  const top = await tree({
    '.git/config': CONFIG,
    'web/package.json': '{}',
    'api/go.mod': 'go 1.24\n',
    'a/b/Gemfile': '',
  });
  const found = await lookAtProject(join(top, 'web'), '/home/nobody');
  expect(found).toMatchObject({ top, isRepository: true, forges: ['github'] });
  expect(found.languages.map(({ because }) => because)).toEqual(['web/package.json', 'api/go.mod']);
  expect(found.languages[1]?.tools?.toolchains).toEqual({ go: '1.24' });
});

test('follows no link, and reads nothing that is large', async () => {
  const elsewhere = await tree({ 'package.json': '{}', '.nvmrc': '22\n', config: CONFIG });
  const top = await tree({ 'go.mod': `${'x'.repeat(300_000)}\ngo 1.24\n`, 'pkg/package.json': '{}' });
  await symlink(join(elsewhere, 'package.json'), join(top, 'package.json'));
  await symlink(join(elsewhere, '.nvmrc'), join(top, 'pkg/.nvmrc'));
  await symlink(elsewhere, join(top, '.git'));
  const found = await lookAtProject(top, '/home/nobody');
  expect(found).toMatchObject({ top, isRepository: false, forges: [] });
  expect(found.languages.map(({ because, tools }) => [because, tools?.toolchains])).toEqual([
    ['pkg/package.json', undefined],
    ['go.mod', { go: '1' }],
  ]);
});

test('a home directory that is a repository is no project of what lies in it', async () => {
  const home = await tree({ '.git/config': CONFIG, 'work/go.mod': 'go 1.24\n' });
  expect(await lookAtProject(join(home, 'work'), home)).toMatchObject({ top: join(home, 'work'), isRepository: false });
});

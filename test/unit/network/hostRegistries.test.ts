import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { hostRegistries } from '../../../src/network/hostRegistries.ts';
import { temporary } from '../support/config.ts';

const uses = (...texts: string[]) => ({ allow: texts.map((text) => ({ text, from: 'config' })), deny: [] });

/** As npm writes a variable in its files. */
const variable = (name: string) => `$\{${name}}`;

async function home(files: Readonly<Record<string, string>>) {
  const folder = await temporary();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return (env: Record<string, string> = {}) => ({ env, platform: 'linux' as const, paths: { home: folder } });
}

test("npm's registries are those of its environment, the user's file and the files beside it, scopes included", async () => {
  const host = await home({
    '.npmrc': [
      '# registry=https://comment.acme.test/',
      'registry=https://packages.acme.test/npm/',
      '@acme:registry = "https://scoped.acme.test:8443/npm/"',
      `//packages.acme.test/npm/:_authToken=${variable('TOKEN')}`,
      '@old:registry=http://old.acme.test/',
      '@local:registry=http://localhost:4873/',
      `@env:registry=https://${variable('REGISTRY_HOST')}/npm`,
      `@unset:registry=https://${variable('NOWHERE')}/npm`,
    ].join('\n'),
    'prefix/etc/npmrc': 'registry=https://global.acme.test\n',
  });
  const where = host({
    NPM_CONFIG_REGISTRY: 'https://user:s3cret@env.acme.test/npm',
    REGISTRY_HOST: 'made.acme.test',
  });
  const withPath = { ...where, env: { ...where.env, PATH: `/nowhere:${where.paths.home}/prefix/bin` } };
  expect((await hostRegistries(uses('npm'), withPath))['npm']).toEqual([
    'env.acme.test',
    'packages.acme.test',
    'scoped.acme.test:8443',
    'old.acme.test:80',
    'made.acme.test',
    'global.acme.test',
  ]);
});

test("pip's indexes are those of its environment and files, further ones included", async () => {
  const host = await home({
    '.config/pip/pip.conf': [
      '[global]',
      'index-url = https://packages.acme.test/simple',
      'extra-index-url =',
      '    https://one.acme.test/simple',
      '    https://two.acme.test/simple',
      'trusted-host = packages.acme.test',
    ].join('\n'),
    '.pip/pip.conf': '[install]\nindex-url: http://old.acme.test:3141/simple\n',
  });
  const rules = (await hostRegistries(uses('pypi'), host({ PIP_INDEX_URL: 'https://env.acme.test/simple' })))['pypi'];
  for (const rule of ['env', 'packages', 'one', 'two'].map((name) => `${name}.acme.test`))
    expect(rules).toContain(rule);
  expect(rules).toContain('old.acme.test:3141');
});

test('nothing is read for presets that are not used', async () => {
  const host = await home({ '.npmrc': 'registry=https://packages.acme.test/\n' });
  expect(await hostRegistries(uses('github', '*.corp.test'), host())).toEqual({ npm: [], pypi: [] });
});

test('a file that is not there, or is a folder, names no registry', async () => {
  const host = await home({ '.npmrc/file': '' });
  expect((await hostRegistries(uses('npm'), host()))['npm']).toEqual([]);
});

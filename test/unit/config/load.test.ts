import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { pathsOf } from '../../../src/config/paths.ts';
import { temporary, userError } from '../support/config.ts';

async function withConfig(text: string, mode = 0o600) {
  const home = await temporary();
  const paths = pathsOf({}, home);
  await mkdir(paths.configDir, { recursive: true });
  await writeFile(paths.configFile, text);
  await chmod(paths.configFile, mode);
  return paths;
}

test('without a file the configuration is empty', async () => {
  const paths = pathsOf({}, await temporary());
  expect(await loadConfig(paths)).toEqual({ file: paths.configFile, exists: false, defaults: {}, clients: new Map() });
});

test('without a file neither zod nor yaml is loaded', { timeout: 30_000 }, async () => {
  const { metafile } = await build({
    entryPoints: ['src/config/load.ts', 'src/config/merge.ts', 'src/config/binding.ts'],
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    outdir: 'out',
    logLevel: 'error',
  });
  const { outputs } = metafile;
  const statically = (file: string): string[] => [
    ...Object.keys(outputs[file]?.inputs ?? {}),
    ...(outputs[file]?.imports ?? [])
      .filter(({ kind }) => kind === 'import-statement')
      .flatMap(({ path }) => statically(path)),
  ];
  const loaded = ['out/load.js', 'out/merge.js', 'out/binding.js'].flatMap(statically);
  expect(loaded.some((file) => file.endsWith('src/config/load.ts'))).toBe(true);
  expect(loaded.filter((file) => /node_modules\/(zod|yaml)\//.test(file))).toEqual([]);
  expect(Object.values(outputs).some(({ inputs }) => Object.keys(inputs).some((file) => file.includes('/zod/')))).toBe(
    true,
  );
});

test('a file is read, with ~ as the home', async () => {
  const paths = await withConfig('clients:\n  acme:\n    projects: [~/work]\n');
  const config = await loadConfig(paths);
  expect(config.exists).toBe(true);
  expect(config.clients.get('acme')).toEqual({ projects: [join(paths.home, 'work')] });
});

test('a file behind a link is read', async () => {
  const home = await temporary();
  const paths = pathsOf({}, home);
  await mkdir(paths.configDir, { recursive: true });
  await writeFile(join(home, 'dotfile'), 'defaults: { agent: shell }', { mode: 0o600 });
  await symlink(join(home, 'dotfile'), paths.configFile);
  expect((await loadConfig(paths)).defaults).toEqual({ agent: 'shell' });
});

test.each([0o620, 0o602, 0o666, 0o664])(
  'a file that others may write (%o) is refused with the remedy',
  async (mode) => {
    const paths = await withConfig('', mode);
    const error = await userError(() => loadConfig(paths));
    expect(error.trouble).toBe('config');
    expect(error.next).toEqual([`chmod go-w ${paths.configFile}`]);
  },
);

test('a folder in the place of the file is refused', async () => {
  const paths = pathsOf({}, await temporary());
  await mkdir(paths.configFile, { recursive: true });
  expect((await userError(() => loadConfig(paths))).message).toContain('is not a file');
});

test('an invalid file stops, with all mistakes', async () => {
  const paths = await withConfig('clients: { a: { agnet: x, engine: y } }');
  const error = await userError(() => loadConfig(paths));
  expect(error.trouble).toBe('config');
  expect(error.message).toContain(`${paths.configFile}:1:17 clients.a.agnet`);
  expect(error.message).toContain('clients.a.engine');
});

test('clients whose folders are the same behind links are refused', async () => {
  const paths = await withConfig('clients:\n  a: { projects: [~/real] }\n  b: { projects: [~/link] }\n');
  await mkdir(join(paths.home, 'real'));
  await symlink(join(paths.home, 'real'), join(paths.home, 'link'));
  expect((await userError(() => loadConfig(paths))).message).toContain('clients.b.projects[0]: overlaps with');
});

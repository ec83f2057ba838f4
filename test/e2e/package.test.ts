import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fetchPackage } from '../../scripts/release/fetchPackage.ts';
import { TARGETS } from '../../scripts/release/targets.ts';
import { ended } from './support/lab.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { version: string };
const IN_PACKAGE = ['LICENSE', 'README.md', 'dist/agentbox', 'dist/package.json', 'package.json'];

let dir: string;
let packed: { filename: string; files: { path: string }[] };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'agentbox-package-'));
  const output = npm(REPOSITORY, 'pack', '--json', '--pack-destination', dir);
  [packed] = JSON.parse(output) as [typeof packed];
  mkdirSync(join(dir, 'project'));
  // The addon is optional; without a network there is none.
  npm(
    join(dir, 'project'),
    'install',
    '--offline',
    '--omit=optional',
    '--no-audit',
    '--prefix',
    '.',
    join(dir, packed.filename),
  );
  const target = TARGETS[`${process.platform}-${process.arch}`];
  if (target === undefined) throw new Error('no Node 22 for this platform');
  const files = await fetchPackage(target.node, (path) => path === 'bin/node');
  writeFileSync(join(dir, 'node22'), files.get('bin/node') ?? '');
  chmodSync(join(dir, 'node22'), 0o755);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe', timeout: 60_000 });
}

it('publint finds nothing to mend in the package', async () => {
  const tarball = new Uint8Array(readFileSync(join(dir, packed.filename))).buffer;
  expect((await publint({ pack: { tarball } })).messages).toEqual([]);
});

it('the package holds the program and what tells of it, nothing else', () => {
  expect(packed.files.map(({ path }) => path).sort()).toEqual(IN_PACKAGE);
});

it.each([
  ['the installed command', 'agentbox'],
  ['Node 22', 'node22'],
])('runs from an installation, by %s', async (_, by) => {
  const program = join(dir, 'project/node_modules/.bin/agentbox');
  const argv = by === 'agentbox' ? [program] : [join(dir, by), program];
  const call = (...args: readonly string[]) => {
    const [file = '', ...rest] = [...argv, ...args];
    return ended(spawn(file, rest, { stdio: 'pipe', cwd: dir, env: { HOME: dir, PATH: process.env['PATH'] } }));
  };
  expect(await call('--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(await call('config', 'path')).toMatchObject({ code: 0, stderr: '' });
});

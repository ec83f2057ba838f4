import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ended } from './support/lab.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const RELEASE = at('release');
const OWN = join(RELEASE, `agentbox-${process.platform}-${process.arch}`);
const ARM64 = join(RELEASE, 'agentbox-linux-arm64');
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };

// scripts/test makes the executable of its own platform, and all of them with AGENTBOX_TEST_ALL=1.
const all = process.env['AGENTBOX_TEST_ALL'] === '1';
const missing = [OWN, ...(all ? [ARM64] : [])].filter((file) => !existsSync(file));
if (missing.length > 0) {
  const words = `without ${missing.join(', ')} (npm run release)`;
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(`AGENTBOX_TEST_REQUIRE=1 ${words}`);
  console.warn(`skipped: single executables, ${words}`);
}

let dir: string;
/** What hostile files leave behind when they are run. */
let mark: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'agentbox-release-'));
  mark = join(dir, 'mark');
  mkdirSync(join(dir, 'home'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const call = (argv: readonly string[], env: Readonly<Record<string, string>> = {}, input = '') => {
  const [file = '', ...args] = argv;
  const variables = { HOME: join(dir, 'home'), PATH: process.env['PATH'] ?? '', ...env };
  return ended(spawn(file, args, { stdio: 'pipe', cwd: dir, env: variables }), { input, limit: 60_000 });
};
const asked = JSON.stringify({ action: 'get', service: 'agentbox', account: 'nobody' });

const ofThisPlatform = () => {
  it('starts without a word besides what was asked for', async () => {
    expect(await call([OWN, '--version'])).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' });
    const path = await call([OWN, 'config', 'path']);
    expect(path).toMatchObject({ code: 0, stdout: `${dir}/home/.config/agentbox/config.yaml\n`, stderr: '' });
  });

  it('loads nothing of the directory it is started in, nor what NODE_OPTIONS names', async () => {
    const evil = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')`;
    const files = {
      'evil.cjs': evil,
      '.noderc': '--require ./evil.cjs',
      'node.config.json': '{ "nodeOptions": { "require": "./evil.cjs" } }',
      'package.json': '{ "type": "module", "main": "./evil.cjs", "imports": { "#*": "./evil.cjs" } }',
      'bunfig.toml': 'preload = ["./evil.cjs"]',
      '.env': `NODE_OPTIONS=--require=./evil.cjs\nXDG_CONFIG_HOME=${dir}/hostile\n`,
      'node_modules/@napi-rs/keyring/index.js': evil,
      'node_modules/commander/index.js': evil,
    };
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(dir, name, '..'), { recursive: true });
      writeFileSync(join(dir, name), content);
    }
    const env = {
      NODE_OPTIONS: `--require ${dir}/evil.cjs`,
      NODE_PATH: join(dir, 'node_modules'),
      BUN_OPTIONS: '--preload ./evil.cjs',
    };
    const path = await call([OWN, 'config', 'path'], env);
    expect(path).toMatchObject({ code: 0, stdout: `${dir}/home/.config/agentbox/config.yaml\n` });
    expect(await call([OWN, '__keyring'], env, asked)).toMatchObject({ code: 0 });
    expect(existsSync(mark)).toBe(false);
    // The file does what it is meant to: node itself, and so the one-file build that is run by it, does load it.
    await call([at('dist/agentbox'), '--version'], env);
    expect(existsSync(mark)).toBe(true);
  });

  it('has the keychain addon inside, and leaves no file of it', async () => {
    const { stdout, stderr } = await call([OWN, '__keyring'], {}, asked);
    // Loaded, and then there is no session bus.
    expect(JSON.parse(stdout), stderr).toEqual({ error: expect.stringContaining('DBus') });
    expect(readdirSync(join(dir, 'home/.cache/agentbox')).filter((name) => name.startsWith('addon'))).toEqual([]);
  });

  it('is listed with what is in it, and has the sum that is told', () => {
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: RELEASE });
    const list = JSON.parse(readFileSync(`${OWN}.cdx.json`, 'utf8')) as {
      components: { name: string; version: string; hashes: { content: string }[]; components?: { name: string }[] }[];
    };
    const named = new Map(list.components.map((component) => [component.name, component]));
    for (const name of ['commander', 'dockerode', 'zod', 'execa', 'aws4']) expect(named.has(name)).toBe(true);
    expect([...named.keys()].some((name) => name.startsWith('@napi-rs/keyring-'))).toBe(true);
    for (const name of ['ssh2', 'vitest', 'esbuild']) expect(named.has(name)).toBe(false);
    expect(named.get('node')?.components?.map(({ name }) => name)).toContain('openssl');
    for (const { hashes } of list.components) expect(hashes[0]?.content).toMatch(/^[0-9a-f]{128}$/);
  });
};

const ofArm64 = () => {
  const qemu = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu', ARM64];

  it('starts, knows its configuration and loads the keychain addon', async () => {
    expect(await call([...qemu, '--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(await call([...qemu, 'config', 'schema'])).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse((await call([...qemu, '__keyring'], {}, asked)).stdout)).toEqual({
      error: expect.stringContaining('DBus'),
    });
  });
};

const ofMacos = () => {
  it.each([
    ['arm64', 0x0100000c],
    ['x64', 0x01000007],
  ])('the one for %s is a Mach-O program with the segment of a single executable', (processor, type) => {
    const program = readFileSync(join(RELEASE, `agentbox-darwin-${processor}-unsigned`));
    expect(program.readUInt32LE(0)).toBe(0xfeedfacf);
    expect(program.readUInt32LE(4)).toBe(type);
    expect(segments(program)).toContain('NODE_SEA');
    expect(program.includes('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1')).toBe(true);
  });
};

// Defined only where they can run, so that none counts as skipped.
if (existsSync(OWN)) describe('the single executable of this platform', ofThisPlatform);
if (all && existsSync(ARM64)) describe('the single executable for arm64, in qemu', ofArm64);
if (all && existsSync(ARM64)) describe('single executables for macOS', ofMacos);

/** The names in the load commands of a 64-bit Mach-O program. */
function segments(program: Buffer): readonly string[] {
  const names: string[] = [];
  for (let index = 0, offset = 32; index < program.readUInt32LE(16); index++) {
    const isSegment = program.readUInt32LE(offset) === 0x19;
    if (isSegment) names.push(program.toString('latin1', offset + 8, offset + 24).replace(/\0.*/, ''));
    offset += program.readUInt32LE(offset + 4);
  }
  return names;
}

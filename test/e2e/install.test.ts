import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ended } from './support/lab.ts';

const INSTALL = fileURLToPath(new URL('../../scripts/install.sh', import.meta.url));
const FILE = `agentbox-${process.platform}-${process.arch}`;
const TOOLS = ['sh', 'uname', 'awk', 'mktemp', 'cp', 'mv', 'cut', 'mkdir', 'rm', 'chmod', 'sha256sum', 'curl'];

// Of the release, this test is about the way it takes; `sleep` stands in for the program.
let dir: string;
let home: string;
let release: string;
let server: Server;
/** Bytes after which the server breaks off, by the name of the file. */
const breaks = new Map<string, number>();

const sum = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const program = () => join(home, '.local/bin/agentbox');

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'agentbox-install-'));
  server = createServer(({ url = '' }, response) => {
    const file = join(release, url);
    if (!existsSync(file)) return void response.writeHead(404).end();
    const content = readFileSync(file);
    const end = breaks.get(url.slice(1));
    response.writeHead(200, { 'Content-Length': content.length });
    if (end === undefined) response.end(content);
    else response.write(content.subarray(0, end), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  home = mkdtempSync(join(dir, 'home-'));
  release = mkdtempSync(join(dir, 'release-'));
  breaks.clear();
  copyFileSync('/bin/sleep', join(release, FILE));
  writeFileSync(join(release, 'SHA256SUMS'), `${sum(readFileSync('/bin/sleep'))}  ${FILE}\n`);
});

afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const install = (args: readonly string[] = [], env: Record<string, string> = { AGENTBOX_RELEASE_URL: url() }) => {
  const variables = { HOME: home, PATH: process.env['PATH'] ?? '', ...env };
  return ended(spawn('sh', [INSTALL, ...args], { stdio: 'pipe', env: variables, cwd: release }), { limit: 30_000 });
};
const expectNothing = () => {
  const bin = join(home, '.local/bin');
  expect(existsSync(bin) ? readdirSync(bin) : []).toEqual([]);
};

it('installs what it fetched, again over one that runs, and says what PATH lacks', async () => {
  const first = await install();
  expect(first, first.stderr).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('export PATH=') });
  const running: ChildProcess = spawn(program(), ['30'], { stdio: 'ignore' });
  try {
    const again = await install([], { AGENTBOX_RELEASE_URL: url(), PATH: `${process.env['PATH']}:${home}/.local/bin` });
    expect(again).toMatchObject({ code: 0, stderr: expect.not.stringContaining('PATH') });
    expect(running.exitCode).toBeNull();
    expect(execFileSync(program(), ['--version']).toString()).toContain('sleep');
    expect(readdirSync(join(home, '.local/bin'))).toEqual(['agentbox']);
  } finally {
    running.kill('SIGKILL');
  }
});

it('takes it from a directory, to another one', async () => {
  const { code, stderr } = await install(['--from', '.', '--to', join(home, 'apps/bin')], {});
  expect(code, stderr).toBe(0);
  expect(readdirSync(join(home, 'apps/bin'))).toEqual(['agentbox']);
});

it.each([
  [
    'was tampered with',
    () => writeFileSync(join(release, FILE), '#!/bin/sh\ntouch "$HOME/ran"\n'),
    'nothing was installed',
  ],
  [
    'came in part',
    () => writeFileSync(join(release, FILE), readFileSync('/bin/sleep').subarray(0, 20_000)),
    'nothing was',
  ],
  ['broke off on its way', () => void breaks.set(FILE, 20_000), 'could not be fetched'],
  ['has no sum', () => writeFileSync(join(release, 'SHA256SUMS'), `${'0'.repeat(64)}  other\n`), 'has no sum of'],
  ['is not there', () => rmSync(join(release, FILE)), 'could not be fetched'],
  ['has sums that are not there', () => rmSync(join(release, 'SHA256SUMS')), 'could not be fetched'],
])('installs nothing of a file that %s, and leaves what was there', async (_, harm, words) => {
  harm();
  expect(await install()).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(words) });
  expectNothing();
  expect(existsSync(join(home, 'ran'))).toBe(false);
});

it.each([
  ['curl', 'curl or wget is needed'],
  ['sha256sum', 'sha256sum, shasum or openssl is needed'],
])('without %s it says what is needed', async (missing, words) => {
  const tools = join(home, 'tools');
  mkdirSync(tools);
  for (const tool of TOOLS.filter((tool) => tool !== missing)) {
    symlinkSync(execFileSync('sh', ['-c', 'command -v "$0"', tool]).toString().trim(), join(tools, tool));
  }
  const lacking = await install([], { PATH: tools, AGENTBOX_RELEASE_URL: url() });
  expect(lacking).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
  expectNothing();
  symlinkSync(execFileSync('sh', ['-c', 'command -v "$0"', missing]).toString().trim(), join(tools, missing));
  expect(await install([], { PATH: tools, AGENTBOX_RELEASE_URL: url() })).toMatchObject({ code: 0 });
});

it.each([
  [[], {}, 'set AGENTBOX_RELEASE_URL'],
  [[], { AGENTBOX_RELEASE_URL: 'http://releases.example.test' }, 'must begin with https://'],
  [['--force'], {}, 'unknown argument --force'],
])('%j with %j is refused', async (args, env, words) => {
  expect(await install(args, env)).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
  expectNothing();
});

import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { expect, test, vi } from 'vitest';
import { registerNet } from '../../../../src/cli/net.ts';
import { clientDir } from '../../../../src/config/paths.ts';
import type { LogLine } from '../../../../src/network/protocol.ts';
import { runCommand, type TestContext, testContext } from '../../support/command.ts';
import { temporary, userError } from '../../support/config.ts';

/** Runs `agentbox net …` and gives its exit code; there is no engine. */
async function net(context: TestContext, ...argv: string[]): Promise<number> {
  const outcome = { code: 0 };
  await runCommand(context, (program, it) => registerNet(program, it, outcome), 'net', ...argv);
  return outcome.code;
}

async function withConfig(yaml: string): Promise<TestContext> {
  const context = testContext(await temporary());
  await mkdir(dirname(context.paths.configFile), { recursive: true });
  await writeFile(context.paths.configFile, yaml);
  return context;
}

const line = (number: number, more: Partial<LogLine> = {}): string =>
  `${JSON.stringify({ time: '2026-01-01T00:00:00Z', box: 'agentbox-acme-one', host: `h${number}.test`, port: 443, kind: 'connect', verdict: 'deny', reason: 'denied', ...more })}\n`;

test('without a running box a rule is refused with what to type, and --save writes it into the configuration', async () => {
  const context = await withConfig('# first\nclients:\n  acme:\n    allow: [ github.com ] # mine\n');
  expect((await userError(() => net(context, 'allow', '-c', 'acme', 'a.test'))).trouble).toBe('engine');
  await net(context, 'allow', '-c', 'acme', '--save', 'a.test', '*.b.test', 'github.com', '10.0.0.0/8');
  await net(context, 'deny', '-c', 'acme', '--save', 'c.test:8443');
  expect(await readFile(context.paths.configFile, 'utf8')).toBe(
    '# first\nclients:\n  acme:\n    allow: [ github.com, a.test, "*.b.test", 10.0.0.0/8 ] # mine\n    deny:\n      - c.test:8443\n',
  );
  expect(context.written.err).toContain('allowed for client acme');
});

test('a rule for a client that the configuration has only by name goes there', async () => {
  const context = await withConfig('clients:\n  acme:\n');
  await net(context, 'allow', '-c', 'acme', '--save', 'a.test');
  expect(await readFile(context.paths.configFile, 'utf8')).toContain('acme:\n    allow:\n      - a.test\n');
});

test('what is no rule, and a rule for everything, is refused before anything is written', async () => {
  const context = await withConfig('clients: { acme: {} }\n');
  for (const rule of ['bad name', '*', 'http://a.test/']) {
    expect((await userError(() => net(context, 'allow', '-c', 'acme', '--save', rule))).trouble).toBe('config');
  }
  await expect(net(context, 'allow', '--save', '--for', '10m', 'a.test')).rejects.toThrow(/--save goes with neither/);
  expect(await readFile(context.paths.configFile, 'utf8')).toBe('clients: { acme: {} }\n');
});

test('show works from the configuration alone, and says where each rule is from', async () => {
  const context = await withConfig(
    'clients: { acme: { network: gateway, allow: [a.test, github], deny: [b.test] } }\n',
  );
  await net(context, 'show', '-c', 'acme');
  expect(context.written.out).toMatch(/client acme, network gateway, gateway not running/);
  expect(context.written.out).toMatch(/deny +b\.test +config/);
  expect(context.written.out).toMatch(/allow +a\.test +config/);
  expect(context.written.out).toMatch(/allow +github\.com +preset github/);
  expect(context.written.out).toMatch(/allow +api\.anthropic\.com +claude/);
  await net(context, 'show', '-c', 'acme', '--json');
  expect(JSON.parse(context.written.out)).toMatchObject({ client: 'acme', boxes: [], gateway: 'not running' });
});

test('check says which rule decides, and its exit code is the verdict', async () => {
  const context = await withConfig('clients: { acme: { allow: [127.0.0.1, ok.invalid], deny: [b.test] } }\n');
  expect(await net(context, 'check', '-c', 'acme', '127.0.0.1')).toBe(0);
  expect(context.written.out).toMatch(/^allowed {2}127\.0\.0\.1:443 {2}by 127\.0\.0\.1 \(config\)/);
  expect(await net(context, 'check', '-c', 'acme', 'ok.invalid')).toBe(0);
  expect(context.written.err).toContain('does not know the name');
  expect(await net(context, 'check', '-c', 'acme', 'b.test')).toBe(1);
  expect(context.written.out).toContain('a rule denies it: b.test (config)');
  expect(await net(context, 'check', '-c', 'acme', '[::1]:22', '--json')).toBe(1);
  expect(JSON.parse(context.written.out)).toMatchObject({ host: '::1', port: 22, verdict: 'deny' });
  expect(context.written.err).not.toContain('[::1]:22');
  await expect(net(context, 'check', 'a.test:99999')).rejects.toThrow(/is no host/);
});

test('a name that leads to a private address is denied although a rule names it', async () => {
  const context = await withConfig('clients: { acme: { allow: ["localhost:443"] } }\n');
  expect(await net(context, 'check', '-c', 'acme', 'localhost')).toBe(1);
  expect(context.written.out).toContain('a private or local address');
  expect(context.written.err).toMatch(/to allow: .* (127\.0\.0\.1|\[::1\])/);
});

test('log prints old files first, of one box or what was refused alone; a line that was cut off is left out', async () => {
  const context = await withConfig('clients: { acme: {} }\n');
  const path = `${clientDir(context.paths, 'acme')}/network.jsonl`;
  await net(context, 'log', '-c', 'acme');
  expect(context.written.err).toContain('nothing was decided');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.1`, line(1));
  await writeFile(
    path,
    `${line(2, { verdict: 'allow', rule: 'h2.test', up: 10, down: 2048 })}${line(3, { box: 'agentbox-acme-two' })}{"cut`,
  );
  await net(context, 'log', '-c', 'acme');
  expect(context.written.out.match(/h\d\.test:/g)).toEqual(['h1.test:', 'h2.test:', 'h3.test:']);
  await net(context, 'log', '-c', 'acme', '--denied', '--box', 'one', '--json');
  expect(JSON.parse(context.written.out)).toMatchObject({ host: 'h1.test' });
});

test('log --follow goes on across a rotation, and ends when nobody reads it any more', async () => {
  const context = await withConfig('clients: { acme: {} }\n');
  const path = `${clientDir(context.paths, 'acme')}/network.jsonl`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, line(1));
  const followed = net(context, 'log', '-c', 'acme', '--follow');
  const seen = () => context.written.out.match(/h\d\.test/g);
  await vi.waitFor(() => expect(seen()).toEqual(['h1.test']), 5000);
  await appendFile(path, line(2));
  await rename(path, `${path}.1`);
  await writeFile(path, line(3));
  await vi.waitFor(() => expect(seen()).toEqual(['h1.test', 'h2.test', 'h3.test']), 5000);
  context.io.out.destroy();
  await followed;
});

import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHelper } from '../../src/box/helper.ts';
import type { Frame } from '../../src/box/payload.ts';
import type { LoadedConfig } from '../../src/config/load.ts';
import { pathsOf } from '../../src/config/paths.ts';
import type { Context } from '../../src/context.ts';
import { execute } from '../../src/execute.ts';
import { type Assets, loadAssets, pinsOf } from '../../src/image/assets.ts';
import { buildImage } from '../../src/image/build.ts';
import { buildCommand } from '../../src/image/buildCommand.ts';
import { chooseImage, imagesOf } from '../../src/image/choose.ts';
import { ensureImages } from '../../src/image/ensure.ts';
import { gatewayImage } from '../../src/image/gateway.ts';
import { newestVersion } from '../../src/image/newest.ts';
import { planImages } from '../../src/image/plan.ts';
import { isVersion } from '../../src/image/versions.ts';
import { helperBox } from '../../src/plan/helperBox.ts';
import { baseImage, findEngine } from './support/engines.ts';

const MINUTES = 60_000;
const claude = { name: 'claude', image: 'claude' };
const none = { agentVersion: {}, image: undefined };
const tested = (['docker', 'podman'] as const).flatMap((kind) => findEngine(kind) ?? []);
const assets = await loadAssets();

describe.each(tested)('images with $kind', (test) => {
  const { engine, uid, gid, keepId } = test;
  let data: string;
  let said: string[];
  let base: string;
  const mine: string[] = [];

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'agentbox-images-'));
    base = await baseImage(test);
  }, 10 * MINUTES);
  afterAll(async () => {
    await rm(data, { recursive: true, force: true });
    for (const tag of mine) await engine.removeImage(tag);
  });

  const contextOf = (settings: LoadedConfig['defaults'] = {}, env: Record<string, string> = {}): Context => {
    said = [];
    const stream = new PassThrough().on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const plain = { inIsTerminal: false, outIsTerminal: false, errIsTerminal: false, columns: 80, colour: false };
    return {
      io: { in: process.stdin, out: stream, err: stream, ...plain },
      env: { ...process.env, ...env },
      cwd: '/',
      platform: process.platform,
      caller: { uid, gid, name: 'tester' },
      program: ['/usr/bin/false'],
      paths: pathsOf({ AGENTBOX_DATA: data }, data),
      now: () => new Date(),
      prompter: { confirm: async () => false, secret: async () => '' },
      execute,
      config: async () => ({ file: '', exists: false, defaults: settings, clients: new Map() }),
      engine: async () => engine,
    };
  };
  const inBox = (image: string, script: string, frames: readonly Frame[] = []) => {
    const suffix = Math.random().toString(36).slice(2);
    const user = { uid, gid, keepId };
    const argv = ['bash', '-c', script];
    return runHelper(
      engine,
      helperBox({ purpose: 'test', suffix, image, user, argv, network: 'none' }),
      frames,
      MINUTES,
    );
  };
  /** An image of two steps of our own, to watch the builder with. */
  const probe = (step: string, files: Record<string, string> = {}) => {
    const tag = `agentbox/probe:${Math.random().toString(36).slice(2)}`;
    mine.push(tag);
    const own: Assets = {
      // A comment that no other run has, else the engine has the step in its cache.
      'probe/Dockerfile': { content: `ARG FROM\nFROM $FROM\nCOPY . /x/\nRUN ${step} # ${tag}\n`, mode: 0o644 },
    };
    return { own, spec: { tag, folder: 'probe', from: base, args: {}, files, title: 'probe' } };
  };

  it('builds an agent on the base once, says each step, and then nothing more', { timeout: 10 * MINUTES }, async () => {
    const specs = await imagesOf(claude, none, data);
    const [, agent] = specs;
    if (agent === undefined) throw new Error('claude has no image of its own');
    const { info } = await ensureImages(engine, specs, contextOf());
    expect(info.labels).toMatchObject({
      'dev.agentbox.image': 'claude',
      'dev.agentbox.key': agent.tag.split(':')[1],
      'dev.agentbox.stage': '1',
    });
    const again = await ensureImages(engine, specs, contextOf());
    expect(again.built).toEqual([]);
    expect(again.info.id).toBe(info.id);
    expect(said).toEqual([]);
    await buildCommand(contextOf(), { agent: 'claude' });
    expect(said.join('')).toBe(`${agent.title}: nothing to build, ${agent.tag} is there\n`);
    expect((await engine.images()).map((image) => image.tag).join(' ')).toContain(agent.tag);
    const { stdout, code } = await inBox(agent.tag, 'claude --version');
    expect({ stdout, code }).toMatchObject({
      stdout: expect.stringContaining(pinsOf(assets).agents['claude'] ?? '?'),
      code: 0,
    });
  });

  it('has every tool that boxes promise', async () => {
    const tools = [
      'git --version',
      'gh --version',
      'curl --version',
      'ssh -V',
      'rg --version',
      'jq --version',
      'python3 --version',
    ];
    tools.push(
      'less --version',
      'ps --version',
      'tini --version',
      'nano --version',
      'node --version',
      'npm --version',
      'bash --version',
    );
    const script = tools
      .map((tool) => `echo "$(${tool} 2>&1 | grep -oE '[0-9]+([.][0-9a-z]+)*' | head -1) ${tool}"`)
      .join('; ');
    const { stdout } = await inBox(base, script);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => line.split(' ').slice(1).join(' '))).toEqual(tools);
    for (const line of lines) expect(line).toMatch(/^\d+/);
    expect(stdout).toMatch(/^22\..* node/m);
  });

  it('has no way up: no setuid file, no sudo, no file of the image that the user of a box may write', async () => {
    const script =
      'find / -xdev -type f -perm /6000; find / -xdev ! -type l -writable -not -path "/proc/*" -not -path "/tmp*" -not -path "/home/agent*" -not -path "/run/agentbox*" -not -path "/dev/*" -not -path "/run/lock" -not -path "/var/tmp" 2>/dev/null; command -v sudo su doas pkexec | xargs -r ls -l';
    const { stdout } = await inBox(base, script);
    expect(stdout.replace(/^-rwxr-xr-x .*\/su\n/m, '')).toBe('');
  });

  it('has a shell that says where it is and keeps its history where it is told', async () => {
    const script = "bash -li <<< $'echo hello\\nexit' 2>&1; cat /tmp/history; locale charmap";
    const { stdout } = await inBox(base, script, [{ op: 'env', name: 'HISTFILE', value: '/tmp/history' }]);
    expect(stdout).toContain('agentbox');
    expect(stdout.trim().split('\n').slice(-3)).toEqual(['echo hello', 'exit', 'UTF-8']);
  });

  it('trusts the authorities that the host trusts', { timeout: 5 * MINUTES }, async () => {
    const make = 'openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=agentbox-test -days 2';
    const pem = (await inBox(base, make)).stdout;
    const [spec] = planImages({
      agent: { name: 'shell', image: 'base' },
      version: undefined,
      assets,
      authorities: { 'test.crt': pem },
    });
    mine.push(spec.tag);
    await buildImage(engine, spec, assets, contextOf(), false);
    const { stdout } = await inBox(
      spec.tag,
      'cat $SSL_CERT_FILE; echo $NODE_EXTRA_CA_CERTS $SSL_CERT_FILE $REQUESTS_CA_BUNDLE',
    );
    expect(stdout).toContain(pem.trim());
    expect(stdout.trim().split('\n').at(-1)).toBe(Array(3).fill('/etc/ssl/certs/ca-certificates.crt').join(' '));
  });

  it('gives proxies to a build and leaves none of them in the image', { timeout: 2 * MINUTES }, async () => {
    const env = { HTTPS_PROXY: 'http://me:hush@proxy.invalid:1', no_proxy: 'quiet' };
    const sum = createHash('sha256').update(`${env.HTTPS_PROXY} ${env.no_proxy}`).digest('hex');
    const { own, spec } = probe(`printf '%s %s' "$HTTPS_PROXY" "$no_proxy" | sha256sum | grep ${sum}`, {
      'a b': 'text',
    });
    await buildImage(engine, spec, own, contextOf({}, env), false);
    const kept = test.raw(['history', '--no-trunc', spec.tag]) + test.raw(['image', 'inspect', spec.tag]);
    expect(kept).not.toMatch(/hush|proxy\.invalid|quiet/);
    const { stdout } = await inBox(spec.tag, 'env; cat "/x/a b"');
    expect(stdout).not.toMatch(/hush|proxy\.invalid|quiet/);
    expect(stdout).toContain('text');
    expect(said.join('')).toMatch(/^probe: .*RUN printf.*\nprobe: built in \d+s\n$/s);
  });

  it('tells the last lines of a step that fails', { timeout: 2 * MINUTES }, async () => {
    // BuildKit reads the two outputs of a step apart, so what is written at once may come in either order.
    const { own, spec } = probe('for i in $(seq 30); do echo line $i; done; sleep 0.5; echo the reason >&2; exit 3');
    const failing = buildImage(engine, spec, own, contextOf(), false);
    const error = await failing.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ trouble: 'image', why: expect.stringContaining('the reason') });
    expect((error as { why: string }).why).toContain('line 25');
    expect((error as { why: string }).why).not.toContain('line 3\n');
    expect(await engine.image(spec.tag)).toBeUndefined();
  });

  it('finds the newest version of an agent without an npm on the host', { timeout: 2 * MINUTES }, async () => {
    const noNpm = {
      ...contextOf(),
      execute: async () => ({ code: 127, stdout: '', stderr: '', timedOut: false, missing: true }),
    };
    expect(isVersion(await newestVersion(engine, base, '@anthropic-ai/claude-code', noNpm))).toBe(true);
    const unknown = newestVersion(engine, base, '@anthropic-ai/there-is-no-such-package', noNpm);
    await expect(unknown).rejects.toMatchObject({ trouble: 'image', why: expect.stringContaining('404') });
  });

  it('plans a build without building', async () => {
    await buildCommand(contextOf({ agentVersion: { claude: '1.2.3' } }), { agent: 'claude', dryRun: true });
    const [first, command, second, agentCommand] = said.join('').split('\n');
    expect(first).toBe(`base image: ${base} (is there)`);
    expect(command).toBe(`  ${engine.kind} build -t ${base} --build-arg FROM=${pinsOf(assets).from} images/base`);
    expect(second).toMatch(/^claude 1\.2\.3: agentbox\/claude:[0-9a-f]{16} \(to be built\)$/);
    expect(agentCommand).toContain(`--build-arg FROM=${base} --build-arg VERSION=1.2.3 images/claude`);
    await buildCommand(contextOf(), { agent: 'shell', dryRun: true, json: true });
    expect(JSON.parse(said.join(''))).toMatchObject([
      { image: base, there: true, title: 'base image' },
      { from: base, title: 'gateway' },
    ]);
  });

  it("takes a user's own image as it is when it is built on the base, and looks for one that is not here", {
    timeout: 2 * MINUTES,
  }, async () => {
    const { own, spec } = probe('true');
    await buildImage(engine, spec, own, contextOf(), false);
    const choose = (image: string) => chooseImage(engine, claude, { ...none, image }, contextOf());
    expect((await choose(spec.tag)).ref).toBe(spec.tag);
    await expect(choose('agentbox-no-such-image:1')).rejects.toMatchObject({ trouble: 'image' });
    await buildCommand(contextOf({ image: spec.tag }), {});
    expect(said.join('')).toContain('nothing to build');
  });

  // Podman takes a minute for it, and what is tried is not the engine.
  const fully = test.kind === 'docker' || process.env['AGENTBOX_TEST_ALL'] === '1' ? it : undefined;

  fully?.(
    'rebuilds without a cache, takes the newest version and remembers it',
    { timeout: 15 * MINUTES },
    async () => {
      const before = await engine.image(base);
      const agents = await Promise.all((await engine.images()).map(({ id }) => engine.image(id)));
      await buildCommand(contextOf(), { agent: 'claude', rebuild: true, json: true });
      const report = JSON.parse(said.slice(said.findIndex((line) => line.startsWith('{'))).join('')) as {
        image: string;
        built: string[];
      };
      // The pinned one may be the newest, and other tests need it.
      const pinned = await imagesOf(claude, none, '/nonexistent');
      if (pinned.at(-1)?.tag !== report.image) mine.push(report.image);
      const [, { tag: gateway }] = await gatewayImage();
      expect([...report.built].sort()).toEqual([base, report.image, gateway].sort());
      expect((await engine.image(base))?.id).not.toBe(before?.id);
      // What lost its tag is gone. (Not the base, while anything else is built on it.)
      const replaced = agents.find((image) => image?.labels['dev.agentbox.key'] === report.image.split(':')[1]);
      if (replaced !== undefined) expect(await engine.image(replaced.id)).toBeUndefined();
      const { claude: version = '' } = JSON.parse(await readFile(join(data, 'versions.json'), 'utf8')) as Record<
        string,
        string
      >;
      expect((await inBox(report.image, 'claude --version')).stdout).toContain(version);
      expect((await imagesOf(claude, none, data)).at(-1)?.tag).toBe(report.image);
      expect(isVersion(version)).toBe(true);
    },
  );
});

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentOf } from '../../src/agents/index.ts';
import { runHelper } from '../../src/box/helper.ts';
import { pathsOf } from '../../src/config/paths.ts';
import type { Profile } from '../../src/config/profile.ts';
import type { Context } from '../../src/context.ts';
import { execute } from '../../src/execute.ts';
import { loadAssets } from '../../src/image/assets.ts';
import { buildImage } from '../../src/image/build.ts';
import { ensureImage, findImage } from '../../src/image/choose.ts';
import { helperBox } from '../../src/plan/helperBox.ts';
import { baseImage, findEngine } from './support/engines.ts';
import { standIn } from './support/standInImages.ts';

const MINUTES = 60_000;
const tested = (['docker', 'podman'] as const).flatMap((kind) => findEngine(kind) ?? []);
const assets = await loadAssets();

describe.each(tested)('images for real projects with $kind', (test) => {
  const { engine, uid, gid, keepId } = test;
  // Rootless podman takes many times longer to copy an image, and the files of images/ are the same: there the small ones.
  const all = test.kind === 'docker';
  const fully = all || process.env['AGENTBOX_TEST_ALL'] === '1' ? it : undefined;
  const agent = all
    ? { foreign: 'claude', says: 'Claude Code', beside: 'pi' }
    : { foreign: 'shell', says: 'GNU bash', beside: 'shell' };
  const mine = new Set<string>();
  let dir: string;
  let said: string[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'agentbox-projects-'));
    await baseImage(test);
  }, 10 * MINUTES);
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
    for (const tag of [...mine].toReversed()) await engine.removeImage(tag).catch(() => {});
  }, 5 * MINUTES);

  const context = (): Context => {
    said = [];
    const stream = new PassThrough().on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const plain = { inIsTerminal: false, outIsTerminal: false, errIsTerminal: false, columns: 80, colour: false };
    const none = async () => {
      throw new Error('not needed here');
    };
    return {
      io: { in: process.stdin, out: stream, err: stream, ...plain },
      ...{ env: process.env, cwd: '/', platform: process.platform, now: () => new Date(), execute },
      caller: { uid, gid, name: 'tester' },
      program: ['/usr/bin/false'],
      paths: pathsOf({ AGENTBOX_DATA: join(dir, 'data'), XDG_CACHE_HOME: join(dir, 'cache') }, dir),
      ...{ prompter: { confirm: none, secret: none }, config: none, engine: none },
    };
  };
  type Wanted = Partial<Pick<Profile, 'image' | 'dockerfile' | 'packages' | 'toolchains'>>;
  /** Finds or builds the image of an agent, and remembers what is to be removed. */
  const imageFor = async (wanted: Wanted, name = 'shell') => {
    const found = await findImage(engine, agentOf(name), { agentVersion: {}, image: undefined, ...wanted }, context());
    const ready = await ensureImage(engine, found, context());
    for (const tag of ready.built)
      if (!/^agentbox\/(base|[a-z]+):/.test(tag) || /\/(open|user|sealed|adopt|tools):/.test(tag)) mine.add(tag);
    return ready;
  };
  const foreign = async (stage: string) => {
    const tag = `agentbox-test-${stage}:1`;
    mine.add(tag);
    await standIn(engine, 'FOREIGN', stage, tag);
    return tag;
  };
  const inBox = async (image: string, script: string) => {
    const suffix = Math.random().toString(36).slice(2);
    const argv = ['bash', '-c', script];
    const spec = helperBox({ purpose: 'test', suffix, image, user: { uid, gid, keepId }, argv, network: 'none' });
    const { stdout, stderr, code } = await runHelper(engine, spec, [], 2 * MINUTES);
    expect(code, stderr).toBe(0);
    return stdout.trim();
  };

  it('adds Debian packages, with the accounts they make and without their setuid bits', {
    timeout: 5 * MINUTES,
  }, async () => {
    const { ref, info } = await imageFor({ packages: ['tree', 'openssh-server'] });
    expect(info.labels['dev.agentbox.image']).toBe('tools');
    const script =
      'tree --version; readlink /etc/passwd /etc/group; getent passwd sshd; id -un; find / -xdev -perm /6000 -type f; true';
    const lines = (await inBox(ref, script)).split('\n');
    expect(lines[0]).toMatch(/^tree v/);
    expect(lines.slice(1, 3)).toEqual(['/run/agentbox/passwd', '/run/agentbox/group']);
    expect(lines[3]).toMatch(/^sshd:/);
    expect(lines.slice(4)).toEqual(['agent']);
    expect((await imageFor({ packages: ['openssh-server', 'tree', 'tree'] })).built).toEqual([]);
  });

  it('tells a package that there is not, in the words of apt', { timeout: 2 * MINUTES }, async () => {
    await expect(imageFor({ packages: ['tree', 'no-such-package'] })).rejects.toMatchObject({
      trouble: 'image',
      message: expect.stringContaining('no-such-package'),
      why: expect.stringContaining('Unable to locate package no-such-package'),
    });
  });

  fully?.(
    'builds a Dockerfile of the user’s on the base, and nothing when nothing has changed',
    {
      timeout: 5 * MINUTES,
    },
    async () => {
      const folder = join(dir, 'docker');
      await mkdir(folder);
      const text = `ARG FROM
FROM node:22-bookworm-slim AS helper
RUN echo made > /made
FROM $FROM
COPY --from=helper /made /opt/made
COPY . /ctx/
RUN useradd -m worker && chmod u+s /bin/su
USER worker
WORKDIR /nowhere
ENTRYPOINT ["/bin/false"]
`;
      const dockerfile = join(folder, 'Dockerfile');
      await writeFile(dockerfile, text);
      await writeFile(join(folder, '.dockerignore'), 'secret\n');
      await writeFile(join(folder, 'secret'), 'hush');
      await writeFile(join(folder, 'file'), 'one');
      const first = await imageFor({ dockerfile });
      expect(first.built.map((tag) => tag.replace(/:.*/, ''))).toEqual(
        expect.arrayContaining(['agentbox/user', 'agentbox/sealed']),
      );
      const script =
        'cat /opt/made /ctx/file; echo; ls -A /ctx; getent passwd worker; id -un; find / -xdev -perm /6000 -type f; pwd';
      expect((await inBox(first.ref, script)).split('\n')).toEqual([
        ...['made', 'one', '.dockerignore', 'Dockerfile', 'file', expect.stringMatching(/^worker:/), 'agent', '/tmp'],
      ]);
      expect((await imageFor({ dockerfile })).built).toEqual([]);
      await writeFile(join(folder, 'file'), 'two');
      const second = await imageFor({ dockerfile });
      expect(await inBox(second.ref, 'cat /ctx/file')).toBe('two');
    },
  );

  it('refuses a Dockerfile that does not end on the base, each time', { timeout: 2 * MINUTES }, async () => {
    const folder = join(dir, 'other');
    await mkdir(folder);
    await writeFile(join(folder, 'Dockerfile'), 'FROM node:22-bookworm-slim\n');
    for (const _ of [1, 2]) {
      await expect(imageFor({ dockerfile: join(folder, 'Dockerfile') })).rejects.toMatchObject({
        trouble: 'image',
        message: expect.stringContaining('does not end on the base of agentbox'),
      });
    }
    for (const { tag } of await engine.images())
      if (/\/user:/.test(tag) && (await engine.image(tag))?.labels['dev.agentbox.stage'] === undefined) mine.add(tag);
  });

  fully?.(
    'puts agent and entrypoint into an image that has neither perl nor node',
    { timeout: 8 * MINUTES },
    async () => {
      const { ref, info } = await imageFor({ image: await foreign('plain') }, agent.foreign);
      expect(info).toMatchObject({ env: { GREETING: 'from the image' }, labels: { 'dev.agentbox.image': 'adopt' } });
      const script = `echo $GREETING; ${agentOf(agent.foreign).versionCommand.join(' ')} | head -1; node --version; command -v perl; id -un; cat /etc/hosts | grep -c localhost
      readlink /etc/passwd; find / -xdev -perm /6000 -type f; grep -c BEGIN $SSL_CERT_FILE; tr '\\0' ' ' </proc/1/cmdline | cut -c1-16`;
      const lines = (await inBox(ref, script)).split('\n');
      expect(lines[0]).toBe('from the image');
      expect(lines[1]).toContain(agent.says);
      expect(lines[2]).toMatch(/^v22\./);
      expect(lines.slice(3, 6)).toEqual(['agent', expect.stringMatching(/^\d$/), '/run/agentbox/passwd']);
      expect(Number(lines[6])).toBeGreaterThan(100);
      expect(lines[7]).toBe('/usr/bin/tini --');
      expect((await imageFor({ image: 'agentbox-test-plain:1' }, agent.foreign)).built).toEqual([]);
    },
  );

  const refused: readonly (readonly [string, RegExp])[] = [
    ['musl', /musl \(Alpine\)/],
    ['libless', /no C library/],
    ['shellless', /no \/bin\/sh/],
    ...(all ? [['gitless', /lacks git$/] as const] : []),
    ['volume', /volumes of its own: \/data/],
  ];
  it.each(refused)(
    'refuses an image in which no agent works, with the reason: %s',
    { timeout: 5 * MINUTES },
    async (stage, reason) => {
      const image = await foreign(stage);
      await expect(imageFor({ image })).rejects.toMatchObject({
        trouble: 'image',
        message: expect.stringMatching(reason),
      });
    },
  );

  fully?.('tells the glibc that an agent needs and the one there is', { timeout: 2 * MINUTES }, async () => {
    // A stand-in for a node that is too new: no Debian in reach has a glibc that is too old for the real one.
    const own = {
      'probe/Dockerfile': {
        content: 'ARG FROM\nFROM $FROM\nCOPY node /opt/agentbox/bin/\nCOPY check /\nRUN perl /check program -- bash\n',
        mode: 0o644,
      },
      'probe/check': { content: assets['adopt/check']?.content ?? '', mode: 0o644 },
      'probe/node': {
        content: '#!/bin/sh\necho "libc.so.6: version \\`GLIBC_2.99\' not found (required by node)"; exit 1\n',
        mode: 0o755,
      },
    };
    const spec = {
      ...{ tag: 'agentbox/probe:glibc', folder: 'probe', args: {}, files: {}, title: 'probe' },
      from: await baseImage(test),
    };
    await expect(buildImage(engine, spec, own, context(), false)).rejects.toThrow(
      /has glibc 2\.36, and the agent needs 2\.99$/,
    );
  });

  /** The official names, taken by the stand-ins for the time of a test. */
  const OFFICIAL = {
    node: 'node:24-bookworm-slim',
    go: 'golang:1.19-bookworm',
    python: 'python:3.11-slim-bookworm',
    java: 'eclipse-temurin:17-jdk',
  };
  const names = (all ? ['node', 'go', 'python', 'java'] : ['node']) as (keyof typeof OFFICIAL)[];

  fully?.(
    `puts toolchains beside the agent, which keeps its own node: ${names.join(', ')}`,
    {
      timeout: 10 * MINUTES,
    },
    async () => {
      for (const name of names) {
        if ((await engine.image(OFFICIAL[name])) !== undefined) continue;
        mine.add(OFFICIAL[name]);
        await standIn(engine, 'LANGUAGES', name, OFFICIAL[name]);
      }
      const versions = Object.fromEntries(names.map((name) => [name, OFFICIAL[name].replace(/^.*:([\d.]+).*/, '$1')]));
      const { ref } = await imageFor({ toolchains: versions }, agent.beside);
      const checks = {
        node: `node --version; npm --version; ${all ? 'pi' : '/usr/local/bin/npm'} --version; head -1 $(readlink -f /usr/local/bin/${all ? 'pi' : 'npm'}); npm config get prefix`,
        go: `cd /tmp; printf 'package main\\n// int f(){return 7;}\\nimport "C"\\nfunc main(){println("go", C.f())}\\n' >m.go; go run m.go 2>&1`,
        python:
          'python3 -m venv /tmp/v; /tmp/v/bin/pip --version | cut -d" " -f1,2; python3 -c "import sys; print(sys.executable)"',
        java: `printf 'class A{public static void main(String[] a){System.out.println(System.getProperty("user.home"));}}' >/tmp/A.java; java /tmp/A.java; echo $JAVA_HOME`,
      };
      const output = await inBox(ref, `set -e; ${names.map((name) => checks[name]).join('\n')}`);
      const expected = {
        node: [/^v24\./, /^\d+\./, /^\d+\./, /^#!\/usr\/bin\/env \/usr\/local\/bin\/node$/, /^\/home\/agent\/.local$/],
        go: [/^go 7$/],
        python: [/^pip \d/, /^\/usr\/local\/bin\/python3$/],
        java: [/^\/home\/agent$/, /^\/opt\/java\/openjdk$/],
      };
      const patterns = names.flatMap((name) => expected[name]).map((pattern) => expect.stringMatching(pattern));
      expect(output.split('\n')).toEqual(patterns);
    },
  );

  fully?.('has no toolchain of another version than was asked for', { timeout: 3 * MINUTES }, async () => {
    const wrong = 'golang:1.99-bookworm';
    mine.add(wrong);
    // A stand-in that says 1.19 under the name of 1.99.
    const text =
      'FROM node:22-bookworm-slim\nRUN mkdir -p /usr/local/go/bin; printf "#!/bin/sh\\necho go version go1.19.8" >/usr/local/go/bin/go; chmod +x /usr/local/go/bin/go\n';
    const own = { 'probe/Dockerfile': { content: text, mode: 0o644 } };
    await buildImage(
      engine,
      { tag: wrong, folder: 'probe', from: '', args: {}, files: {}, title: 'probe' },
      own,
      context(),
      false,
    );
    await expect(imageFor({ toolchains: { go: '1.99' } })).rejects.toMatchObject({
      message: expect.stringMatching(/^go does not work in agentbox\/base:\w+ as it should$/),
      why: 'it says: go version go1.19.8',
    });
  });
});

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasRegistry, type Registry, startRegistry } from '../engine/support/registry.ts';
import { oneGround } from './support/engines.ts';
import { type Ended, ended, type Lab, makeLab } from './support/lab.ts';

// gVisor runs what Docker pulled.
const tested = hasRegistry() ? oneGround().filter(({ gvisor }) => !gvisor) : [];

describe.each(tested.map((ground) => [ground.name, ground] as const))('a registry, with %s', (_, ground) => {
  const engineFlags = ground.flags.slice(0, 2);
  const mark = Math.random().toString(36).slice(2);
  let lab: Lab;
  let registry: Registry;
  let name: string;
  let digest: string;

  beforeAll(async () => {
    registry = await startRegistry();
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
    const built = await lab.agentbox(['build', '--json', ...engineFlags], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
    const { image } = JSON.parse(built.stdout) as { image: string };
    name = `${registry.host}/team/app`;
    const context = join(lab.home, 'image');
    lab.write(
      join(context, 'Dockerfile'),
      `FROM ${image}\nLABEL test=${mark}\nRUN echo ${mark} > /usr/local/share/mark\n`,
    );
    lab.engine(['build', '--network', 'none', '-t', `${name}:1`, context], { DOCKER_BUILDKIT: '0' });
    allowPlainHttp();
    login();
    const pushed = await push(`${name}:1`);
    expect(pushed, pushed.stderr).toMatchObject({ code: 0 });
    digest = await digestOf('1');
    logout();
  }, 600_000);

  beforeEach(() => forget());
  afterAll(async () => {
    if (name !== undefined) forget();
    lab?.close();
    await registry?.close();
  });

  /** Podman takes plain HTTP only from registries that it was told of; Docker does from localhost. */
  function allowPlainHttp(insecure = true) {
    if (ground.engine === 'docker') return;
    const text = `[[registry]]\nlocation = "${registry.host}"\ninsecure = ${insecure}\n`;
    lab.write(join(lab.home, '.config/containers/registries.conf'), text);
  }
  /** Where podman keeps logins by itself is the user's own runtime directory, which other tests share. */
  const auth = (): Record<string, string> =>
    ground.engine === 'docker' ? {} : { REGISTRY_AUTH_FILE: join(lab.home, 'auth.json') };
  const login = (env = auth()) =>
    lab.engine(['login', '-u', registry.user, '-p', registry.password, registry.host], env);
  /** Compressing the base takes a minute on a busy machine. */
  const push = (ref: string) => {
    const [file = '', ...args] = lab.engineCommand(['push', ref]);
    return ended(spawn(file, args, { cwd: '/', env: lab.environment(auth()) }), { limit: 400_000 });
  };
  const logout = (env = auth()) => lab.engine(['logout', registry.host], env);
  const digestOf = async (tag: string) => {
    const Authorization = `Basic ${Buffer.from(`${registry.user}:${registry.password}`).toString('base64')}`;
    const kinds = [
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.oci.image.manifest.v1+json',
    ];
    const headers = { Authorization, Accept: kinds.join(', ') };
    const answer = await fetch(`http://${registry.host}/v2/team/app/manifests/${tag}`, { method: 'HEAD', headers });
    return answer.headers.get('docker-content-digest') ?? '';
  };
  /** Takes the image away from the engine, whatever it is known as. */
  function forget() {
    for (const ref of here()) lab.engine(['rmi', '-f', ref]);
  }
  const here = () =>
    lab
      .engine(['images', '-a', '--no-trunc', '--format', '{{.Repository}} {{.ID}}'])
      .split('\n')
      .filter((line) => line.startsWith(name))
      .map((line) => line.split(' ')[1] ?? '');

  const run = (image: string, env = auth()): Promise<Ended> =>
    lab.agentbox(['run', ...ground.flags, '--image', image, '--', 'cat', '/usr/local/share/mark'], {
      env,
      limit: 300_000,
    });

  it('gives an image by digest, and by tag, to who has logged in with the engine', async () => {
    login();
    const byDigest = await run(`${name}@${digest}`);
    expect(byDigest, byDigest.stderr).toMatchObject({ code: 0, stdout: `${mark}\n` });
    forget();
    lab.config(
      `defaults: { agent: shell, image: '${name}:1', allow_degraded: [memory-limit, cpus-limit, pids-limit] }`,
    );
    const byTag = await lab.agentbox(['run', ...ground.flags, '--', 'cat', '/usr/local/share/mark'], { env: auth() });
    lab.config('defaults: { agent: shell, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
    expect(byTag, byTag.stderr).toMatchObject({ code: 0, stdout: `${mark}\n` });
    expect(byTag.stderr).toContain(`pull ${name}:1`);
    for (const { stderr } of [byDigest, byTag]) expect(stderr).not.toContain(registry.password);
  });

  it('gives nothing without a login, and the message says which one', async () => {
    logout();
    const refused = await run(`${name}@${digest}`);
    expect(refused.code).toBe(125);
    expect(refused.stderr).toContain(`${registry.host} does not give ${name}@${digest} without a login`);
    expect(refused.stderr).toContain(`${ground.engine} login ${registry.host}`);
    expect(here()).toEqual([]);
  });

  it('takes the login from a credential helper', async () => {
    const bin = join(lab.home, 'bin');
    const secret = JSON.stringify({ ServerURL: registry.host, Username: registry.user, Secret: registry.password });
    lab.write(
      join(bin, 'docker-credential-agentboxtest'),
      `#!/bin/sh\nread -r host\n[ "$host" = ${registry.host} ] && echo '${secret}'\n`,
      0o700,
    );
    const file = ground.engine === 'docker' ? join(lab.home, '.docker/config.json') : join(lab.home, 'auth.json');
    lab.write(file, JSON.stringify({ credHelpers: { [registry.host]: 'agentboxtest' } }));
    const done = await run(`${name}@${digest}`, { ...auth(), PATH: `${bin}:${process.env['PATH']}` });
    lab.write(file, '{}');
    expect(done, done.stderr).toMatchObject({ code: 0, stdout: `${mark}\n` });
  });

  const onPodman = ground.engine === 'podman' ? it : undefined;
  onPodman?.('takes the login from where podman itself keeps it', async () => {
    login({});
    try {
      const done = await run(`${name}@${digest}`, {});
      expect(done, done.stderr).toMatchObject({ code: 0, stdout: `${mark}\n` });
    } finally {
      logout({});
    }
  });

  onPodman?.('over plain HTTP is refused by podman until it is told', async () => {
    allowPlainHttp(false);
    const refused = await run(`${name}@${digest}`);
    allowPlainHttp();
    expect(refused.code).toBe(125);
    expect(refused.stderr).toContain(`${registry.host} speaks plain HTTP`);
    expect(refused.stderr).toContain('registries.conf');
  });

  it.each([
    ['a layer', () => registry.blob(registry.manifest(digest).layers.at(-1)?.digest ?? '')],
    ['the manifest', () => registry.blob(digest)],
  ])('that changed %s behind its digest is found out, and nothing is left', async (_what, fileOf) => {
    login();
    const file = fileOf();
    const before = readFileSync(file);
    const count = imageCount();
    // A manifest with a space at its end is a manifest still, as is an archive with zeroes.
    writeFileSync(file, Buffer.concat([before, Buffer.from(before[0] === 0x7b ? ' ' : '\0')]));
    try {
      const refused = await run(`${name}@${digest}`);
      expect(refused.code).toBe(125);
      expect(refused.stderr).toContain(`${name}@${digest} is not what its digest says`);
      expect(refused.stdout).toBe('');
      expect(here()).toEqual([]);
      expect(imageCount()).toBe(count);
    } finally {
      writeFileSync(file, before);
    }
  });

  /** Images of the test on the engine, those without a name included. */
  const imageCount = () => lab.engine(['images', '-aq', '--filter', `label=test=${mark}`]).split('\n').length;

  it('that has no such image says so', async () => {
    login();
    const refused = await run(`${name}:none`);
    expect(refused.code).toBe(125);
    expect(refused.stderr).toContain(`${registry.host} has no ${name}:none`);
  });
});

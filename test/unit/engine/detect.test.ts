import { describe, expect, it } from 'vitest';
import { metaFile } from '../../../src/engine/detect/dockerContext.ts';
import type { Ping } from '../../../src/engine/detect/ping.ts';
import type { Host } from '../../../src/engine/detect/strategy.ts';
import { allAnswers, findEngine, wantedEngine } from '../../../src/engine/detect.ts';
import type { EngineKind } from '../../../src/plan/spec.ts';
import { userError } from '../support/config.ts';

const NOBODY: Ping = { state: 'nobody', code: 'ENOENT' };
const DOCKER: Ping = { state: 'docker' };
const SYSTEM = '/var/run/docker.sock';

/** A host as recorded facts: who answers behind which socket, what files say, which programs are there. */
function hostWith(facts: {
  pings?: Record<string, Ping>;
  files?: Record<string, string>;
  programs?: readonly string[];
  env?: Record<string, string>;
  platform?: NodeJS.Platform;
}): Host & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    env: { PATH: '/usr/local/bin:/usr/bin', ...facts.env },
    platform: facts.platform ?? 'linux',
    home: '/home/me',
    ping: async (path) => {
      asked.push(path);
      return facts.pings?.[path] ?? NOBODY;
    },
    read: async (path) => facts.files?.[path],
    isProgram: async (path) => facts.programs?.includes(path) ?? false,
  };
}

const contextFiles = (name: string, host: string) => ({
  '/home/me/.docker/config.json': JSON.stringify({ currentContext: name }),
  [metaFile('/home/me/.docker', name)]: JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
});

describe('the wish for an engine', () => {
  it.each<[EngineKind | undefined, 'auto' | EngineKind, string | undefined, string]>([
    ['podman', 'docker', 'docker', 'podman'],
    [undefined, 'docker', 'podman', 'docker'],
    [undefined, 'auto', 'podman', 'podman'],
    [undefined, 'auto', 'auto', 'auto'],
    [undefined, 'auto', '', 'auto'],
    [undefined, 'auto', undefined, 'auto'],
  ])('flag %s, profile %s, AGENTBOX_ENGINE %s: %s', (flag, profile, value, wanted) => {
    expect(wantedEngine({ flag, profile }, { AGENTBOX_ENGINE: value })).toBe(wanted);
  });

  it('refuses a name that is none', async () => {
    const error = await userError(() => wantedEngine({ profile: 'auto' }, { AGENTBOX_ENGINE: 'lxc' }));
    expect([error.trouble, error.message]).toEqual(['config', 'AGENTBOX_ENGINE=lxc names no engine']);
  });
});

describe('finding an engine', () => {
  const podman = { programs: ['/usr/bin/podman'] };
  const docker = { kind: 'docker', socketPath: SYSTEM, endpoint: SYSTEM };

  it('takes the system socket of Docker with one question', async () => {
    const host = hostWith({ pings: { [SYSTEM]: DOCKER }, ...podman });
    expect(await findEngine('auto', host)).toEqual(docker);
    expect(host.asked).toEqual([SYSTEM]);
  });

  it('takes DOCKER_HOST before a context, and that before the usual places', async () => {
    const files = contextFiles('colima', 'unix:///c.sock');
    const pings = { '/h.sock': DOCKER, '/c.sock': DOCKER, [SYSTEM]: DOCKER };
    const env = { DOCKER_HOST: 'unix:///h.sock' };
    expect(await findEngine('auto', hostWith({ pings, files, env }))).toMatchObject({ socketPath: '/h.sock' });
    expect(await findEngine('auto', hostWith({ pings, files }))).toMatchObject({ socketPath: '/c.sock' });
    expect(await findEngine('auto', hostWith({ pings }))).toMatchObject({ socketPath: SYSTEM });
  });

  it('takes DOCKER_CONTEXT before the current context, and DOCKER_CONFIG for their place', async () => {
    const files = {
      '/cfg/config.json': '{"currentContext":"one"}',
      [metaFile('/cfg', 'one')]: '{"Endpoints":{"docker":{"Host":"unix:///1.sock"}}}',
      [metaFile('/cfg', 'two')]: '{"Endpoints":{"docker":{"Host":"unix:///2.sock"}}}',
    };
    const pings = { '/1.sock': DOCKER, '/2.sock': DOCKER };
    const env = { DOCKER_CONFIG: '/cfg' };
    expect(await findEngine('auto', hostWith({ pings, files, env }))).toMatchObject({ socketPath: '/1.sock' });
    const other = { ...env, DOCKER_CONTEXT: 'two' };
    expect(await findEngine('auto', hostWith({ pings, files, env: other }))).toMatchObject({ socketPath: '/2.sock' });
  });

  it.each<[NodeJS.Platform, string]>([
    ['linux', '/run/user/1000/docker.sock'],
    ['linux', '/home/me/.docker/desktop/docker.sock'],
    ['darwin', '/home/me/.docker/run/docker.sock'],
    ['darwin', '/home/me/.orbstack/run/docker.sock'],
    ['darwin', '/home/me/.colima/default/docker.sock'],
  ])('on %s finds %s', async (platform, socketPath) => {
    const env = { XDG_RUNTIME_DIR: '/run/user/1000' };
    const host = hostWith({ platform, env, pings: { [socketPath]: DOCKER } });
    expect(await findEngine('auto', host)).toMatchObject({ kind: 'docker', socketPath });
  });

  it('goes on to podman when Docker is not there or does not work', async () => {
    const found = { kind: 'podman', command: '/usr/bin/podman' };
    expect(await findEngine('auto', hostWith(podman))).toEqual(found);
    const stopped = { [SYSTEM]: { state: 'nobody', code: 'ECONNREFUSED' } } as const;
    expect(await findEngine('auto', hostWith({ ...podman, pings: stopped }))).toEqual(found);
  });

  it('asks only the engine that was chosen', async () => {
    const host = hostWith({ ...podman, pings: { [SYSTEM]: DOCKER } });
    expect(await findEngine('podman', host)).toMatchObject({ kind: 'podman' });
    expect(host.asked).toEqual([]);
    const error = await userError(() => findEngine('docker', hostWith(podman)));
    expect(error.message).toBe('no Docker engine was found');
  });

  it('looks for podman in no directory that is not absolute', async () => {
    const host = hostWith({ programs: ['podman', './podman', '/opt/podman'], env: { PATH: ':.:bin:/opt' } });
    expect(await findEngine('auto', host)).toEqual({ kind: 'podman', command: '/opt/podman' });
  });

  it("leaves podman's own socket to the podman command", async () => {
    const pings = { [SYSTEM]: { state: 'podman' } } as const;
    expect(await findEngine('auto', hostWith({ ...podman, pings }))).toMatchObject({ kind: 'podman' });
    const error = await userError(() => findEngine('docker', hostWith({ pings })));
    expect(error.why).toContain('podman answers');
  });
});

describe('finding none', () => {
  async function failure(wanted: 'auto' | EngineKind, facts: Parameters<typeof hostWith>[0]) {
    const error = await userError(() => findEngine(wanted, hostWith(facts)));
    expect(error.trouble).toBe('engine');
    return { what: error.message, why: error.why ?? '', next: error.next.join('\n') };
  }

  it('names every place that was looked at, and what to install', async () => {
    const { what, why, next } = await failure('auto', {});
    expect(what).toBe('no container engine was found');
    expect(why).toContain('DOCKER_HOST: it is not set');
    expect(why).toContain(`${SYSTEM} is not there`);
    expect(why).toContain('podman is not installed');
    expect(next).toMatch(/apt-get install podman/);
    expect((await failure('auto', { platform: 'darwin' })).next).toMatch(/Docker Desktop|OrbStack/);
  });

  it.each<[Ping, RegExp, RegExp]>([
    [{ state: 'nobody', code: 'ECONNREFUSED' }, /nobody listens/, /systemctl restart docker/],
    [{ state: 'nobody', code: 'EACCES' }, /may not open/, /usermod -aG docker/],
    [{ state: 'slow', seconds: 2 }, /does not answer within 2 s/, /systemctl restart docker/],
    [{ state: 'strange', why: 'GET /_ping was answered with 404' }, /no Docker engine.*404/, /./],
    [{ state: 'nobody', code: 'EMFILE' }, /EMFILE/, /./],
  ])('tells a broken engine from an absent one: %j', async (ping, why, next) => {
    const told = await failure('auto', { pings: { [SYSTEM]: ping } });
    expect(told.what).toBe('no container engine that works was found');
    expect(told.why).toMatch(why);
    expect(told.next).toMatch(next);
  });

  it.each([
    ['tcp://10.0.0.5:2376'],
    ['ssh://me@build.example.com'],
    ['npipe:////./pipe/docker_engine'],
    ['fd://3'],
    ['unix://relative.sock'],
  ])('refuses an engine elsewhere: %s', async (url) => {
    const facts = { env: { DOCKER_HOST: url }, pings: { [SYSTEM]: DOCKER } };
    const { why, next } = await failure('docker', facts);
    expect(why).toContain(`DOCKER_HOST names ${url}`);
    expect(why).toContain('only use an engine on this machine');
    expect(next).toContain('unset DOCKER_HOST');
    const context = await failure('docker', { files: contextFiles('far', url), pings: { [SYSTEM]: DOCKER } });
    expect(context.why).toContain('the docker context far names');
    expect(context.next).toContain('docker context use default');
  });

  it('shows no password of a DOCKER_HOST', async () => {
    const { why } = await failure('docker', { env: { DOCKER_HOST: 'tcp://me:s3cret@example.com:2376' } });
    expect(why).not.toContain('s3cret');
  });

  it.each([
    ['DOCKER_HOST', { env: { DOCKER_HOST: 'unix:///run/gone.sock' } }],
    ['a context', { files: contextFiles('gone', 'unix:///run/gone.sock') }],
  ])('does not go on to podman when %s names a Docker that is not there', async (_, facts) => {
    const error = await userError(() => findEngine('auto', hostWith({ programs: ['/usr/bin/podman'], ...facts })));
    expect([error.trouble, error.why]).toEqual(['engine', expect.stringContaining('/run/gone.sock')]);
  });

  it('does not fall back to another Docker than the one that was named', async () => {
    const { why } = await failure('docker', { env: { DOCKER_HOST: 'unix:///gone.sock' }, pings: { [SYSTEM]: DOCKER } });
    expect(why).toContain('DOCKER_HOST names unix:///gone.sock');
  });

  it.each([
    ['no such context', '{"currentContext":"gone"}', /gone has no endpoint/],
    ['a broken file', '{"currentContext":', /not there/],
    ['a context of another kind', '{"currentContext":7}', /not there/],
  ])('survives %s', async (_name, config, why) => {
    const files = { '/home/me/.docker/config.json': config };
    expect((await failure('docker', { files })).why).toMatch(why);
  });

  it('says why podman cannot be used elsewhere', async () => {
    const programs = ['/usr/bin/podman'];
    const mac = await failure('podman', { programs, platform: 'darwin' });
    expect([mac.what, mac.why]).toEqual(['no Podman that works was found', expect.stringContaining('in a machine')]);
    const remote = await failure('podman', { programs, env: { CONTAINER_HOST: 'ssh://x' } });
    expect(remote.next).toContain('unset CONTAINER_HOST');
  });

  it('gives every answer to those who ask for all', async () => {
    const reports = await allAnswers(hostWith({ pings: { [SYSTEM]: DOCKER }, programs: ['/usr/bin/podman'] }));
    expect(reports.map(({ name, answer }) => [name, answer.state])).toEqual([
      ['DOCKER_HOST', 'absent'],
      ['docker context', 'absent'],
      [SYSTEM, 'found'],
      ['/home/me/.docker/desktop/docker.sock', 'absent'],
      ['podman command', 'found'],
    ]);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boxOf } from '../../../src/engine/docker/boxes.ts';
import { envOf, type Inspected, readBack } from '../../../src/engine/docker/readBack.ts';

const FACTS = { seccomp: 'engine default', desktop: false };

/** Recorded from Docker 20.10. */
function recorded(name: string): Inspected {
  return JSON.parse(readFileSync(new URL(`fixtures/docker/${name}.json`, import.meta.url), 'utf8')) as Inspected;
}

describe('reading a box back', () => {
  it('tells what the engine made of a plan', () => {
    expect(readBack(recorded('inspectBox'), FACTS)).toEqual({
      id: 'd1e6bda7e113d765a26f08ddf8709710854e61028fa62bef5ac29c1447664f5a',
      user: '1000:1000',
      argv: ['claude', '-p', 'fix it'],
      entrypoint: ['/usr/bin/tini', '--', '/usr/local/lib/agentbox/stage', 'terminal', '--'],
      env: {
        HOME: '/home/agent',
        EMPTY: '',
        EQUALS: 'a=b',
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        NODE_VERSION: '22.23.3',
        NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
        LANG: 'C.UTF-8',
        SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
        REQUESTS_CA_BUNDLE: '/etc/ssl/certs/ca-certificates.crt',
      },
      mounts: [
        { source: '/srv/a project: ünï', target: '/workspace', write: true, kind: 'bind' },
        { source: '/srv/data', target: '/data', write: false, kind: 'bind' },
      ],
      tmpfs: ['/home/agent', '/run/agentbox', '/tmp'],
      network: 'none',
      runtime: 'runsc',
      limits: { memory: 4294967296, cpus: 1.5, pids: 512 },
      readonlyRoot: true,
      privileged: false,
      noNewPrivileges: true,
      seccomp: 'engine default',
      capabilities: [],
      devices: [],
      hostNamespaces: [],
    });
  });

  it('tells every way in which a container is loose', () => {
    expect(readBack(recorded('inspectLoose'), FACTS)).toMatchObject({
      user: '',
      mounts: [
        { target: '/data', write: true, kind: 'volume' },
        { source: '/srv/data', target: '/x', write: false, kind: 'bind' },
      ],
      network: 'host',
      limits: { memory: 0, cpus: 0, pids: 0 },
      readonlyRoot: false,
      privileged: true,
      noNewPrivileges: false,
      seccomp: 'unconfined',
      capabilities: ["the engine's default", 'CAP_NET_ADMIN'],
      devices: ['/dev/fuse', 'c 1:3 r'],
      hostNamespaces: ['pid', 'ipc', 'uts', 'network', 'cgroup'],
    });
  });

  it('takes nothing for granted that the engine leaves out', () => {
    const bare = readBack({ Id: 'x', Config: {}, HostConfig: {} }, FACTS);
    expect(bare).toMatchObject({ privileged: true, readonlyRoot: false, noNewPrivileges: false });
    expect(bare.hostNamespaces).toEqual(['ipc', 'cgroup']);
    expect(bare.capabilities).toEqual(["the engine's default"]);
  });

  it.each([
    ['no-new-privileges', true],
    ['no-new-privileges:true', true],
    ['no-new-privileges=true', true],
    ['no-new-privileges:false', false],
  ])('reads the option %s', (option, is) => {
    const box = { Id: 'x', Config: {}, HostConfig: { SecurityOpt: [option] } };
    expect(readBack(box, FACTS).noNewPrivileges).toBe(is);
  });

  it("tells an engine's own lack of seccomp", () => {
    const box = readBack(recorded('inspectBox'), { seccomp: 'unconfined by the engine', desktop: false });
    expect(box.seccomp).toBe('unconfined by the engine');
  });

  it("gives the host's path for the one that Docker Desktop's machine knows", () => {
    const mount = { Type: 'bind', Source: '/host_mnt/Users/me/app', Destination: '/workspace', RW: true };
    const box = { Id: 'x', Config: {}, HostConfig: {}, Mounts: [mount] };
    expect(readBack(box, { ...FACTS, desktop: true }).mounts[0]?.source).toBe('/Users/me/app');
    expect(readBack(box, FACTS).mounts[0]?.source).toBe('/host_mnt/Users/me/app');
  });

  it('reads variables with equal signs, without a value and without anything', () => {
    expect(envOf(['A=b=c', 'B=', 'C'])).toEqual({ A: 'b=c', B: '', C: '' });
    expect(envOf(null)).toEqual({});
  });
});

describe('boxes in a list', () => {
  const entry = {
    Id: 'id',
    ImageID: 'sha256:f00d',
    Names: ['/agentbox-x'],
    Labels: { a: 'b' },
    State: 'running',
    Status: 'Up 3 seconds',
    Created: 1,
  };

  it.each([
    ['created', 'Created', 'created', undefined],
    ['running', 'Up 3 seconds', 'running', undefined],
    ['paused', 'Up 3 seconds (Paused)', 'paused', undefined],
    ['exited', 'Exited (0) 2 minutes ago', 'exited', 0],
    ['exited', 'Exited (137) 2 minutes ago', 'exited', 137],
    ['removing', 'Removal In Progress', 'exited', undefined],
    ['dead', 'Dead', 'exited', undefined],
  ])('%s, %s', (State, Status, state, exitCode) => {
    expect(boxOf({ ...entry, State, Status })).toEqual({
      id: 'id',
      name: 'agentbox-x',
      image: 'sha256:f00d',
      labels: { a: 'b' },
      state,
      exitCode,
      created: '1970-01-01T00:00:01.000Z',
    });
  });
});

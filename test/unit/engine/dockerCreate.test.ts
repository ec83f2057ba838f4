import { describe, expect, it } from 'vitest';
import { createBody } from '../../../src/engine/docker/createOptions.ts';
import { UserError } from '../../../src/errors.ts';
import type { BoxSpec, Mount } from '../../../src/plan/spec.ts';

const project: Mount = {
  source: '/srv/a project: ünï',
  target: '/workspace',
  write: true,
  relabel: true,
  purpose: 'project',
};

const spec: BoxSpec = {
  name: 'agentbox-acme-app-claude-x1',
  labels: { 'dev.agentbox': 'box' },
  image: 'agentbox/claude:1',
  uid: 1000,
  gid: 1001,
  keepId: false,
  argv: ['claude', '-p', 'fix it'],
  workdir: '/workspace',
  hostname: 'acme',
  env: { HOME: '/home/agent', EMPTY: '' },
  mounts: [project],
  tmpfs: [
    { target: '/home/agent', size: 1024, mode: 0o700, exec: true },
    { target: '/run/agentbox', size: 64, mode: 0o755, exec: false },
  ],
  network: 'none',
  runtime: undefined,
  limits: { memory: 4 * 1024 ** 3, cpus: 1.5, pids: 512 },
  terminal: true,
  selinuxLevel: undefined,
  extra: {},
};

describe('what a box is created with', () => {
  it('is hardened in every respect', () => {
    const { User, HostConfig } = createBody(spec, undefined);
    expect(User).toBe('1000:1001');
    expect(HostConfig).toMatchObject({
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Privileged: false,
      NetworkMode: 'none',
      IpcMode: 'private',
      CgroupnsMode: 'private',
      Init: false,
      Memory: 4294967296,
      MemorySwap: 4294967296,
      NanoCpus: 1_500_000_000,
      PidsLimit: 512,
    });
    expect(HostConfig).not.toHaveProperty('Runtime');
  });

  it('mounts a volume, and lets only who may write to it fill it', () => {
    const mountsWith = (write: boolean) =>
      createBody({ ...spec, mounts: [{ ...project, source: 'shared', volume: true, write }] }, undefined).HostConfig
        .Mounts;
    const place = { Type: 'volume', Source: 'shared', Target: '/workspace' };
    expect(mountsWith(true)).toEqual([{ ...place, ReadOnly: false }]);
    expect(mountsWith(false)).toEqual([{ ...place, ReadOnly: true, VolumeOptions: { NoCopy: true } }]);
  });

  it.each([
    [true, 'terminal', false],
    [false, 'stdin', true],
  ])('with a terminal: %s, has its payload come by %s', (terminal, channel, once) => {
    const body = createBody({ ...spec, terminal }, undefined);
    expect(body).toMatchObject({
      Entrypoint: ['/usr/bin/tini', '--', '/usr/local/lib/agentbox/stage', channel, '--'],
      Cmd: ['claude', '-p', 'fix it'],
      Tty: terminal,
      OpenStdin: true,
      StdinOnce: once,
    });
  });

  it('has the size of the terminal from the beginning', () => {
    expect(createBody(spec, { rows: 40, columns: 120 }).HostConfig.ConsoleSize).toEqual([40, 120]);
  });

  it('leaves out limits that were given up, and names the runtime that is wanted', () => {
    const { HostConfig } = createBody({ ...spec, limits: {}, runtime: 'runsc', network: 'open' }, undefined);
    for (const limit of ['Memory', 'MemorySwap', 'NanoCpus', 'PidsLimit']) expect(HostConfig).not.toHaveProperty(limit);
    expect(HostConfig).toMatchObject({ Runtime: 'runsc', NetworkMode: 'bridge' });
  });

  it('translates every engine argument of the table', () => {
    const extra = {
      'shm-size': '128m',
      ulimit: 'nofile=1024:2048',
      dns: '10.0.0.1',
      'dns-search': 'corp.dev',
      'add-host': 'db:10.0.0.2',
    };
    expect(createBody({ ...spec, extra }, undefined).HostConfig).toMatchObject({
      ShmSize: 128 * 1024 ** 2,
      Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
      Dns: ['10.0.0.1'],
      DnsSearch: ['corp.dev'],
      ExtraHosts: ['db:10.0.0.2'],
    });
    expect(createBody({ ...spec, extra: { ulimit: 'core=0' } }, undefined).HostConfig.Ulimits).toEqual([
      { Name: 'core', Soft: 0, Hard: 0 },
    ]);
  });

  it('refuses an engine argument that is not in the table', () => {
    expect(() => createBody({ ...spec, extra: { privileged: 'true' } }, undefined)).toThrow(/no engine argument/);
  });
});

describe('mounts', () => {
  it('are safe for any path, and do not carry what is mounted below a read-only one', () => {
    const data: Mount = { source: '/srv/data', target: '/data', write: false, relabel: false, purpose: 'mounts' };
    expect(createBody({ ...spec, mounts: [project, data] }, undefined).HostConfig.Mounts).toEqual([
      {
        Type: 'bind',
        Source: '/srv/a project: ünï',
        Target: '/workspace',
        ReadOnly: false,
        BindOptions: { Propagation: 'rprivate' },
      },
      {
        Type: 'bind',
        Source: '/srv/data',
        Target: '/data',
        ReadOnly: true,
        BindOptions: { Propagation: 'rprivate', NonRecursive: true },
      },
    ]);
  });

  it('in memory belong to the user of the box', () => {
    expect(createBody(spec, undefined).HostConfig.Tmpfs).toEqual({
      '/home/agent': 'rw,nosuid,nodev,exec,size=1024,mode=700,uid=1000,gid=1001',
      '/run/agentbox': 'rw,nosuid,nodev,noexec,size=64,mode=755,uid=1000,gid=1001',
    });
  });

  it('get the label of the client where SELinux is on', () => {
    const mounts = [{ ...project, source: '/srv/app' }];
    const { HostConfig } = createBody({ ...spec, mounts, selinuxLevel: 's0:c1,c2' }, undefined);
    expect(HostConfig).toMatchObject({
      Mounts: [],
      Binds: ['/srv/app:/workspace:rw,Z'],
      SecurityOpt: ['no-new-privileges', 'label=level:s0:c1,c2'],
    });
  });

  it('with a colon cannot be labelled, and the error says so', () => {
    const labelled = () => createBody({ ...spec, selinuxLevel: 's0:c1,c2' }, undefined);
    expect(labelled).toThrow(UserError);
    expect(labelled).toThrow(/colon/);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Inspected, type OciSpec, readBack } from '../../../src/engine/podman/readBack.ts';

const recorded = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8')) as T;
const inspected = recorded<Inspected>('podmanInspect.json');
const oci = recorded<OciSpec>('podmanOci.json');
const linux = oci.linux ?? {};
const started = oci.process ?? {};

describe('a box of podman, read back', () => {
  it('is what was recorded of a hardened one', () => {
    expect(readBack(inspected, oci)).toMatchObject({
      id: '4f3c'.repeat(16),
      user: '1000:1000',
      argv: ['sleep', '5'],
      entrypoint: ['/usr/bin/tini', '--', '/usr/local/lib/agentbox/stage', 'fd3', '--'],
      mounts: [
        { source: '/home/user/shop', target: '/workspace', write: true, kind: 'bind' },
        { source: '/home/user/shop', target: '/data', write: false, kind: 'bind' },
      ],
      network: 'slirp4netns',
      runtime: 'runc',
      limits: { memory: 0, cpus: 0, pids: 0 },
      readonlyRoot: true,
      privileged: false,
      noNewPrivileges: true,
      seccomp: 'engine default',
      capabilities: [],
      devices: [],
      hostNamespaces: [],
    });
  });

  it('knows the memory, and the environment with what podman adds', () => {
    const { tmpfs, env } = readBack(inspected, oci);
    expect([...tmpfs].sort()).toEqual(['/home/agent', '/run/agentbox', '/tmp']);
    expect(env).toMatchObject({ container: 'podman', HOME: '/home/agent', HOSTNAME: 'acme' });
  });

  it('tells a volume by its name, only where podman and the runtime mean the same directory', () => {
    const source = '/home/user/volumes/shared/_data';
    const known = { ...inspected, Mounts: [{ Type: 'volume', Name: 'shared', Source: source, Destination: '/x' }] };
    const mountsWith = (from: string) =>
      readBack(known, { ...oci, mounts: [{ destination: '/x', type: 'bind', source: from, options: ['ro'] }] }).mounts;
    expect(mountsWith(source)).toEqual([{ source: 'shared', target: '/x', write: false, kind: 'volume' }]);
    expect(mountsWith('/etc')).toEqual([{ source: '/etc', target: '/x', write: false, kind: 'bind' }]);
  });

  it.each<[string, OciSpec, object]>([
    [
      'an added bind',
      { ...oci, mounts: [{ destination: '/x', type: 'bind', source: '/etc', options: [] }] },
      { mounts: [{ source: '/etc', target: '/x', write: true, kind: 'bind' }] },
    ],
    [
      'a device that is a bind',
      { ...oci, mounts: [{ destination: '/dev/fuse', type: 'bind', source: '/dev/fuse' }] },
      { mounts: [{ source: '/dev/fuse', target: '/dev/fuse', write: true, kind: 'bind' }] },
    ],
    [
      "the host's /sys",
      { ...oci, mounts: [{ destination: '/sys', type: 'bind', source: '/sys' }] },
      { mounts: [{ target: '/sys' }] },
    ],
    [
      "another box's file",
      { ...oci, mounts: [{ destination: '/etc/hosts', type: 'bind', source: '/run/other/userdata/hosts' }] },
      { mounts: [{ target: '/etc/hosts' }] },
    ],
    [
      'an added memory',
      { ...oci, mounts: [{ destination: '/var/tmp', type: 'tmpfs', source: 'tmpfs' }] },
      { tmpfs: ['/var/tmp'] },
    ],
    ['no seccomp', { ...oci, linux: { ...linux, seccomp: null } }, { seccomp: 'unconfined' }],
    [
      'a seccomp that allows',
      { ...oci, linux: { ...linux, seccomp: { defaultAction: 'SCMP_ACT_ALLOW' } } },
      { seccomp: 'default action SCMP_ACT_ALLOW' },
    ],
    [
      'a capability',
      {
        ...oci,
        process: { ...started, capabilities: { bounding: ['CAP_NET_RAW'], effective: ['CAP_NET_RAW'], ambient: null } },
      },
      { capabilities: ['CAP_NET_RAW'] },
    ],
    ['a device', { ...oci, linux: { ...linux, devices: [{ path: '/dev/kvm' }] } }, { devices: ['/dev/kvm'] }],
    [
      'more groups',
      { ...oci, process: { ...started, user: { uid: 1000, gid: 1000, additionalGids: [1000, 27] } } },
      { user: '1000:1000+27' },
    ],
    [
      'limits',
      {
        ...oci,
        linux: {
          ...linux,
          resources: { memory: { limit: 4096 }, cpu: { quota: 150_000, period: 100_000 }, pids: { limit: 64 } },
        },
      },
      { limits: { memory: 4096, cpus: 1.5, pids: 64 } },
    ],
    [
      'no namespaces',
      { ...oci, linux: { ...linux, namespaces: [{ type: 'mount' }] } },
      { hostNamespaces: ['pid', 'ipc', 'uts', 'network', 'cgroup'] },
    ],
    [
      "another's namespace",
      {
        ...oci,
        linux: {
          ...linux,
          namespaces: (linux.namespaces ?? []).map((own) =>
            own.type === 'ipc' ? { ...own, path: '/proc/1/ns/ipc' } : own,
          ),
        },
      },
      { hostNamespaces: ['ipc'] },
    ],
  ])('shows %s', (_name, changed, expected) => {
    expect(readBack(inspected, changed)).toMatchObject(expected);
  });

  it.each<[string, object, object]>([
    ['privileged', { Privileged: true }, { privileged: true }],
    ['a profile of its own', { SecurityOpt: ['no-new-privileges', 'seccomp=/x.json'] }, { seccomp: '/x.json' }],
    ["another container's network", { NetworkMode: 'container:abc' }, { network: 'container:abc' }],
    ["the host's users", { UsernsMode: 'host' }, { hostNamespaces: ['user'] }],
  ])('shows %s, as inspect tells it', (_name, host, expected) => {
    expect(readBack({ ...inspected, HostConfig: { ...inspected.HostConfig, ...host } }, oci)).toMatchObject(expected);
  });

  it('takes what is not said for the worst', () => {
    expect(readBack({ Id: 'x' }, {})).toMatchObject({
      user: '?:?',
      readonlyRoot: false,
      privileged: true,
      noNewPrivileges: false,
      seccomp: 'unconfined',
      network: 'unknown',
      hostNamespaces: ['pid', 'ipc', 'uts', 'network', 'cgroup'],
    });
    expect(() => readBack({}, oci)).toThrow(/tells nothing/);
  });
});

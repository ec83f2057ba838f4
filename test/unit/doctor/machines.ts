import type { DoctorFacts, EngineReport, GatewayFacts, KernelFacts } from '../../../src/doctor/facts.ts';
import type { EngineFacts } from '../../../src/engine/engine.ts';
import { docker, podman } from '../support/facts.ts';

/** An engine that works and that runs take. */
export function works(facts: EngineFacts, changes: Partial<EngineReport> = {}): EngineReport {
  return {
    name: facts.endpoint,
    kind: facts.kind,
    state: 'works',
    failure: undefined,
    facts,
    chosen: true,
    boxes: [],
    trial: undefined,
    ...changes,
  };
}

/** A Linux machine on which nothing is wrong. */
export const linux: DoctorFacts = {
  platform: 'linux',
  version: '0.1.0',
  now: '2026-01-02T03:04:05Z',
  settings: { file: '/home/ann/.config/agentbox/config.yaml', exists: true, failure: undefined },
  clients: ['acme'],
  projects: ['/home/ann/work/acme'],
  givenUp: [],
  forgotten: [],
  engines: [
    works({
      ...docker,
      details: {
        cgroupVersion: '2',
        storage: '/var/lib/docker',
        runtimeArgs: { runc: [], runsc: ['--platform=systrap', '--host-uds=open'] },
      },
    }),
  ],
  noEngine: undefined,
  usesKeychain: true,
  keychain: { state: 'ready', why: undefined, next: [] },
  disks: [{ path: '/home/ann/.local/share/agentbox', purpose: 'state', free: 50 * 1024 ** 3 }],
  proxies: [],
  authorities: 0,
  missedAuthorities: [],
  kernel: {
    user: 'ann',
    isRoot: false,
    wsl: false,
    maxUserNamespaces: 96365,
    unprivilegedClone: undefined,
    apparmorRestricts: undefined,
    podmanProfile: false,
    subuids: 65_536,
    subgids: 65_536,
    newuidmap: true,
    selinux: 'off',
  },
  gateways: [],
  images: [
    { title: 'claude 2.1.329', agent: 'claude', clients: ['acme'], built: '2026-01-02T00:04:05Z', older: undefined },
  ],
  staleImages: 0,
};

/** What `linux` has of its kernel, with changes. */
export function kernelOf(changes: Partial<KernelFacts>): Pick<DoctorFacts, 'kernel'> {
  return { kernel: linux.kernel && { ...linux.kernel, ...changes } };
}

/** A gateway of client acme that does its work for two boxes. */
export function gatewayOf(changes: Partial<GatewayFacts> = {}): GatewayFacts {
  return {
    client: 'acme',
    kind: 'docker',
    container: { state: 'running', created: '2026-01-02T01:04:05Z', current: true },
    keeper: { version: '0.1.0' },
    boxes: ['agentbox-acme-a', 'agentbox-acme-b'],
    ...changes,
  };
}

/** Rootless Podman on cgroup v1, where no limit holds. */
export const linuxPodman: DoctorFacts = {
  ...linux,
  engines: [works({ ...podman, details: { cgroupVersion: '1', storage: '/home/ann/containers', runtimeArgs: {} } })],
};

/** Rootless Podman on cgroup v2 with everything delegated, as Fedora has it, SELinux included. Written by hand, not recorded on one. */
export const fedora: DoctorFacts = {
  ...linux,
  ...kernelOf({ selinux: 'enforcing' }),
  engines: [
    works({
      ...podman,
      version: '5.6.0',
      selinux: true,
      ignoredLimits: [],
      runtimes: ['crun', 'runsc'],
      defaultRuntime: 'crun',
      details: { cgroupVersion: '2', storage: '/home/ann/containers', runtimeArgs: {} },
    }),
  ],
};

/** Ubuntu 24.04 without Podman's package of the distribution; Podman is the only engine. Written by hand, not recorded on one. */
export const ubuntu: DoctorFacts = {
  ...linux,
  ...kernelOf({ unprivilegedClone: true, apparmorRestricts: true }),
  engines: [
    {
      ...works(podman),
      state: 'broken',
      facts: undefined,
      chosen: false,
      failure: { what: 'podman info failed', why: undefined, next: [] },
    },
  ],
  noEngine: { what: 'no container engine that works was found', why: 'podman info failed', next: [] },
};

/** Docker in WSL2, with a project on the disk of Windows. Written by hand, not recorded on one. */
export const wsl: DoctorFacts = {
  ...linux,
  ...kernelOf({ wsl: true }),
  projects: ['/home/ann/work/acme', '/mnt/c/Users/ann/shop', '/mnt/data/shop'],
};

const desktop: EngineFacts = {
  ...docker,
  version: '28.3.2',
  endpoint: '/Users/ann/.docker/run/docker.sock',
  desktop: true,
  runtimes: ['io.containerd.runc.v2', 'runc'],
  details: { cgroupVersion: '2', storage: undefined, runtimeArgs: { runc: [] } },
};

/**
 * A Mac with Docker Desktop, and Podman's command beside it. Put together from what these programs document, not recorded
 * on one.
 */
export const mac: DoctorFacts = {
  ...linux,
  platform: 'darwin',
  settings: { file: '/Users/ann/.config/agentbox/config.yaml', exists: true, failure: undefined },
  engines: [
    {
      ...works(desktop),
      name: '/var/run/docker.sock',
      state: 'absent',
      facts: undefined,
      chosen: false,
      failure: { what: '/var/run/docker.sock is not there', why: undefined, next: [] },
    },
    works(desktop),
    {
      ...works(desktop),
      name: 'podman command',
      kind: 'podman',
      state: 'broken',
      facts: undefined,
      chosen: false,
      failure: {
        what: 'podman runs its containers in a machine here, where agentbox cannot hand over secrets yet',
        why: undefined,
        next: ['use Docker Desktop, OrbStack or Colima'],
      },
    },
  ],
  disks: [{ path: '/Users/ann/.local/share/agentbox', purpose: 'state', free: 50 * 1024 ** 3 }],
  kernel: undefined,
};

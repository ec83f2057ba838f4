import type { DoctorFacts, EngineReport } from '../../../src/doctor/facts.ts';
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
  images: [{ title: 'claude 2.1.329', agent: 'claude', clients: ['acme'], built: true, older: false }],
  staleImages: 0,
};

/** Rootless Podman on cgroup v1, where no limit holds. */
export const linuxPodman: DoctorFacts = {
  ...linux,
  engines: [works({ ...podman, details: { cgroupVersion: '1', storage: '/home/ann/containers', runtimeArgs: {} } })],
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
};

import { pathsOf } from '../../../src/config/paths.ts';
import type { Profile } from '../../../src/config/profile.ts';
import type { EngineFacts } from '../../../src/engine/engine.ts';
import type { HostFacts } from '../../../src/plan/facts.ts';
import { PLAIN_WORKSPACE } from '../../../src/workspace/facts.ts';

/** A Docker engine on Linux, as root runs it. */
export const docker: EngineFacts = {
  kind: 'docker',
  version: '20.10.24',
  endpoint: '/var/run/docker.sock',
  rootless: false,
  usernsRemap: false,
  desktop: false,
  runtimes: ['runc', 'runsc'],
  defaultRuntime: 'runc',
  ignoredLimits: [],
  selinux: false,
};

/** Rootless podman on cgroup v1, where no limit holds. */
export const podman: EngineFacts = {
  ...docker,
  kind: 'podman',
  version: '4.3.1',
  endpoint: '/usr/bin/podman',
  rootless: true,
  runtimes: ['runc', 'crun'],
  ignoredLimits: ['memory', 'cpus', 'pids'],
};

/** Facts of a host whose user has uid 1000; `engine` in the place of Docker. */
export function hostFacts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    caller: { uid: 1000, gid: 1000, name: 'user' },
    paths: pathsOf({}, '/home/user'),
    home: '/home/user',
    own: ['/home/user/.config/agentbox', '/home/user/.local/share/agentbox', '/home/user/.cache/agentbox'],
    engine: docker,
    claims: [],
    platform: 'linux',
    shared: undefined,
    sshAgent: { socket: '/tmp/ssh-user/agent.1', directory: '/tmp/agentbox-ssh-1' },
    workspace: PLAIN_WORKSPACE,
    ...changes,
  };
}

/** The profile of client acme with nothing special. */
export function profile(changes: Partial<Profile> = {}): Profile {
  return {
    client: 'acme',
    agent: 'claude',
    agents: ['claude', 'shell'],
    engine: 'auto',
    runtime: 'auto',
    network: 'open',
    allow: [],
    deny: [],
    ports: {},
    forward: {},
    allowAny: false,
    proxy: 'host',
    resources: { memory: 4 * 1024 ** 3, cpus: 2, pids: 512 },
    allowDegraded: [],
    credentials: {},
    login: 'own',
    env: {},
    envFile: undefined,
    git: { name: undefined, email: undefined },
    mounts: [],
    agentConfig: {},
    agentVersion: {},
    image: undefined,
    dockerfile: undefined,
    packages: [],
    toolchains: {},
    devcontainer: false,
    providers: {},
    permissions: {},
    shareHostLogin: false,
    shareRefresh: false,
    sshAgent: false,
    autonomy: 'auto',
    workspace: 'bind',
    untracked: false,
    mask: [],
    unmask: [],
    protect: [],
    unprotect: [],
    strict: false,
    workspacePath: '/workspace',
    projects: [],
    engineArgs: {},
    ...changes,
  };
}

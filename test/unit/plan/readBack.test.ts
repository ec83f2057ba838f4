import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/plan/readBack.ts';
import type { ActualBox, BoxSpec } from '../../../src/plan/spec.ts';

const spec: BoxSpec = {
  name: 'agentbox-acme-app-claude-1',
  labels: {},
  image: 'agentbox/claude:1',
  uid: 1000,
  gid: 1000,
  keepId: false,
  argv: ['claude', '-p', 'hi'],
  workdir: '/workspace',
  hostname: 'acme',
  env: { HOME: '/home/agent', CLAUDE_CONFIG_DIR: '/home/agent/.claude' },
  mounts: [{ source: '/srv/app', target: '/workspace', write: true, relabel: false, purpose: 'project' }],
  tmpfs: [{ target: '/tmp', size: 1, mode: 0o1777, exec: true }],
  network: 'none',
  runtime: undefined,
  limits: { memory: 1024, cpus: 2, pids: 10 },
  terminal: false,
  selinuxLevel: undefined,
  extra: {},
};

const imageEnv = { PATH: '/usr/bin', LANG: 'C.UTF-8' };

const actual: ActualBox = {
  id: '1',
  user: '1000:1000',
  argv: ['claude', '-p', 'hi'],
  entrypoint: ['/usr/bin/tini'],
  env: { ...imageEnv, ...spec.env },
  mounts: [{ source: '/srv/app', target: '/workspace', write: true, kind: 'bind' }],
  tmpfs: ['/tmp'],
  network: 'none',
  runtime: 'runc',
  limits: { memory: 1024, cpus: 2, pids: 10 },
  readonlyRoot: true,
  privileged: false,
  noNewPrivileges: true,
  seccomp: 'engine default',
  capabilities: [],
  devices: [],
  hostNamespaces: [],
};

const names = (changes: Partial<ActualBox>, planned: Partial<BoxSpec> = {}) =>
  differences({ ...spec, ...planned }, imageEnv, { ...actual, ...changes }).map((difference) => difference.what);

describe('reading a box back', () => {
  it('finds nothing in a box that is as planned', () => {
    expect(names({})).toEqual([]);
  });

  it('tells a volume from a directory of the host at the same place', () => {
    const [mount] = spec.mounts;
    const planned = { mounts: [{ ...mount, source: 'shared', volume: true }] } as unknown as Partial<BoxSpec>;
    const is = (kind: string, source: string) => ({ mounts: [{ source, target: '/workspace', write: true, kind }] });
    expect(names(is('volume', 'shared'), planned)).toEqual([]);
    expect(names(is('bind', 'shared'), planned)).toEqual(['mounts']);
    expect(names(is('volume', 'other'), planned)).toEqual(['mounts']);
    expect(names(is('volume', '/srv/app'))).toEqual(['mounts']);
  });

  it.each<[string, Partial<ActualBox>]>([
    ['user', { user: '0:0' }],
    ['user', { user: '' }],
    ['command', { argv: ['sh'] }],
    ['read-only root', { readonlyRoot: false }],
    ['privileged', { privileged: true }],
    ['no-new-privileges', { noNewPrivileges: false }],
    ['seccomp', { seccomp: 'unconfined' }],
    ['capabilities', { capabilities: ['CAP_NET_RAW'] }],
    ['devices', { devices: ['/dev/fuse'] }],
    ['host namespaces', { hostNamespaces: ['pid'] }],
    ['memory limit', { limits: { memory: 0, cpus: 2, pids: 10 } }],
    ['cpus limit', { limits: { memory: 1024, cpus: 0, pids: 10 } }],
    ['pids limit', { limits: { memory: 1024, cpus: 2, pids: 0 } }],
    ['network', { network: 'bridge' }],
    ['network', { network: 'host' }],
    ['tmpfs', { tmpfs: ['/tmp', '/var/tmp'] }],
    ['mounts', { mounts: [] }],
    ['mounts', { mounts: [{ source: '/srv/app', target: '/workspace', write: false, kind: 'bind' }] }],
    ['mounts', { mounts: [...actual.mounts, { source: '/', target: '/host', write: true, kind: 'bind' }] }],
    ['variable HTTP_PROXY', { env: { ...actual.env, HTTP_PROXY: 'http://user:secret@proxy:3128' } }],
    ['variable PATH', { env: { ...actual.env, PATH: '/evil' } }],
    ['variable CLAUDE_CONFIG_DIR', { env: { ...imageEnv, HOME: '/home/agent' } }],
  ])('finds another %s', (what, changes) => {
    expect(names(changes)).toEqual([what]);
  });

  it('never tells the value of a variable nobody planned', () => {
    const found = differences(spec, imageEnv, { ...actual, env: { ...actual.env, TOKEN: 's3cret' } });
    expect(JSON.stringify(found)).not.toContain('s3cret');
  });

  it('lets an engine say that it is one', () => {
    expect(names({ env: { ...actual.env, container: 'podman', HOSTNAME: 'acme', TERM: 'xterm' } })).toEqual([]);
  });

  it('asks for a runtime only where one was asked for', () => {
    expect(names({ runtime: 'crun' })).toEqual([]);
    expect(names({ runtime: 'runc' }, { runtime: 'runsc' })).toEqual(['runtime']);
  });

  it('asks for no limit that the user gave up', () => {
    expect(names({ limits: { memory: 0, cpus: 0, pids: 0 } }, { limits: {} })).toEqual([]);
  });
});

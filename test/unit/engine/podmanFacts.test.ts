import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { factsOf, type PodmanInfo } from '../../../src/engine/podman/facts.ts';

const info = JSON.parse(readFileSync(new URL('recorded/podmanInfo.json', import.meta.url), 'utf8')) as PodmanInfo;
const host = info.host ?? {};

describe('the facts of a podman', () => {
  it('are what was recorded of a rootless one on cgroup v1', () => {
    expect(factsOf(info, '/usr/bin/podman', ['runsc'])).toEqual({
      kind: 'podman',
      version: '4.3.1',
      endpoint: '/usr/bin/podman',
      rootless: true,
      usernsRemap: false,
      desktop: false,
      runtimes: ['runc', 'runsc'],
      defaultRuntime: 'runc',
      ignoredLimits: ['memory', 'cpus', 'pids'],
      selinux: false,
      details: { cgroupVersion: '1', storage: info.store?.graphRoot, runtimeArgs: {} },
    });
  });

  it.each<[string, PodmanInfo['host'], readonly string[]]>([
    ['v2 with all controllers delegated', { cgroupVersion: 'v2', cgroupControllers: ['cpu', 'memory', 'pids'] }, []],
    ['v2 with some', { cgroupVersion: 'v2', cgroupControllers: ['memory', 'pids'] }, ['cpus']],
    ['v2 with none', { cgroupVersion: 'v2', cgroupControllers: null }, ['memory', 'cpus', 'pids']],
    ['v1, whatever it lists', { cgroupVersion: 'v1', cgroupControllers: ['memory'] }, ['memory', 'cpus', 'pids']],
    ['v1 as root', { cgroupVersion: 'v1', security: { rootless: false } }, []],
  ])('know which limits hold on cgroup %s', (_name, changes, ignored) => {
    expect(factsOf({ ...info, host: { ...host, ...changes } }, 'podman', []).ignoredLimits).toEqual(ignored);
  });

  it('know SELinux and a machine elsewhere', () => {
    const other = { ...host, serviceIsRemote: true, security: { rootless: true, selinuxEnabled: true } };
    expect(factsOf({ ...info, host: other }, 'podman', [])).toMatchObject({ desktop: true, selinux: true });
  });

  it('take silence for the worst', () => {
    expect(factsOf({}, 'podman', [])).toMatchObject({ version: 'unknown', ignoredLimits: ['memory', 'cpus', 'pids'] });
  });
});

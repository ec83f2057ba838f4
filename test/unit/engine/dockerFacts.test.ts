import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DockerInfo, factsOf, isDesktop, seccompDefault } from '../../../src/engine/docker/facts.ts';

const info = JSON.parse(readFileSync(new URL('fixtures/docker/info.json', import.meta.url), 'utf8')) as DockerInfo;

describe('facts of an engine', () => {
  it('are read from what a real engine says of itself', () => {
    expect(factsOf(info, 'unix:///var/run/docker.sock')).toEqual({
      kind: 'docker',
      version: '20.10.24+dfsg1',
      endpoint: 'unix:///var/run/docker.sock',
      rootless: false,
      usernsRemap: false,
      desktop: false,
      runtimes: ['agentbox-broken', 'runc', 'runsc', 'runsc-uds'],
      defaultRuntime: 'runc',
      ignoredLimits: [],
      limitlessRuntimes: ['runsc', 'runsc-uds'],
      selinux: false,
      details: {
        cgroupVersion: '1',
        storage: '/var/lib/docker',
        runtimeArgs: expect.objectContaining({ runc: [], runsc: expect.arrayContaining(['--ignore-cgroups']) }),
      },
    });
  });

  it.each([
    ['rootless', 'name=rootless'],
    ['usernsRemap', 'name=userns'],
    ['selinux', 'name=selinux'],
  ] as const)('know %s by its security option', (fact, option) => {
    expect(factsOf({ ...info, SecurityOptions: ['name=seccomp,profile=default', option] }, '')[fact]).toBe(true);
  });

  it.each([
    ['memory', { MemoryLimit: false }],
    ['cpus', { CpuCfsQuota: false }],
    ['pids', { PidsLimit: false }],
  ] as const)('know that the limit of %s is ignored', (limit, change) => {
    expect(factsOf({ ...info, ...change }, '').ignoredLimits).toEqual([limit]);
  });

  it('count a limit as ignored when the engine says nothing of it', () => {
    expect(factsOf({}, '').ignoredLimits).toEqual(['memory', 'cpus', 'pids']);
  });
});

describe('engines in a virtual machine of their own', () => {
  it.each([
    ['Docker Desktop', { OperatingSystem: 'Docker Desktop', Name: 'docker-desktop' }, true],
    ['OrbStack', { OperatingSystem: 'OrbStack', Name: 'orbstack' }, true],
    ['Colima', { OperatingSystem: 'Ubuntu 24.04.1 LTS', Name: 'colima' }, true],
    ['a Colima profile', { OperatingSystem: 'Ubuntu 24.04.1 LTS', Name: 'colima-work' }, true],
    ['Lima', { OperatingSystem: 'Ubuntu 24.10', Name: 'lima-docker' }, true],
    ['Rancher Desktop', { OperatingSystem: 'Alpine Linux v3.20', Name: 'lima-rancher-desktop' }, true],
    ['plain Linux', { OperatingSystem: 'Debian GNU/Linux 12 (bookworm)', Name: 'colimax' }, false],
  ])('%s', (_name, facts, desktop) => {
    expect(isDesktop(facts)).toBe(desktop);
  });
});

describe("the engine's own seccomp profile", () => {
  it.each([
    [['name=seccomp,profile=default'], 'engine default'],
    [['name=apparmor', 'name=seccomp,profile=builtin'], 'engine default'],
    [['name=seccomp,profile=unconfined'], 'unconfined by the engine'],
    [[], 'none: the engine has no seccomp'],
    [null, 'none: the engine has no seccomp'],
  ])('of %j is %s', (SecurityOptions, profile) => {
    expect(seccompDefault({ SecurityOptions })).toBe(profile);
  });
});

import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { DoctorFacts } from '../../../src/doctor/facts.ts';
import type { BoxInfo, EngineFacts } from '../../../src/engine/engine.ts';
import { docker as bare } from '../support/facts.ts';
import { linux, linuxPodman, mac, works } from './machines.ts';

/** With a gVisor whose boxes reach a gateway. */
const docker: EngineFacts = {
  ...bare,
  details: { cgroupVersion: '2', storage: undefined, runtimeArgs: { runsc: ['--host-uds=open'] } },
};

const lines = (facts: DoctorFacts) =>
  diagnose(facts).map(({ grade, area, what, why, next }) => [grade, area, what, why ?? '', ...next].join(' | '));
const faults = (facts: DoctorFacts) => lines(facts).filter((line) => !line.startsWith('ok'));

const LIMITS = ['memory-limit', 'cpus-limit', 'pids-limit'] as const;

const box = (changes: Partial<BoxInfo>): BoxInfo => ({
  id: 'abc',
  name: 'agentbox-acme-proj-claude-x1',
  image: '',
  labels: { 'dev.agentbox': 'box', 'dev.agentbox.client': 'acme' },
  state: 'exited',
  exitCode: 137,
  created: '2026-01-02T03:00:00Z',
  ...changes,
});

describe('the doctor', () => {
  test('finds nothing on a machine where nothing is wrong', () => {
    expect(faults(linux)).toEqual([]);
    expect(lines(linux).map((line) => line.split(' | ')[1])).toEqual([
      'settings',
      'engine',
      'runtime',
      'runtime',
      'limits',
      'keychain',
      'disk',
      'network',
      'network',
      'network',
      'images',
      'leftovers',
    ]);
  });

  test.each<[string, Partial<DoctorFacts>, RegExp]>([
    [
      'a mistake in the settings',
      {
        settings: {
          file: 'f',
          exists: true,
          failure: { what: 'config.yaml:3:1 …', why: undefined, next: ['edit it'] },
        },
      },
      /^problem \| settings \| config.yaml:3:1/,
    ],
    [
      'a client that was taken out of the settings',
      { forgotten: ['old'] },
      /^note.*client old.*agentbox client rm old/,
    ],
    [
      'an engine that is stopped',
      {
        engines: [],
        noEngine: {
          what: 'no container engine that works was found',
          why: 'it was stopped',
          next: ['sudo systemctl restart docker'],
        },
      },
      /^problem \| engine \| no container engine.*systemctl restart docker/,
    ],
    ['rootless Docker', { engines: [works({ ...docker, rootless: true })] }, /^problem \| engine.*rootless.*podman/],
    ['userns-remap', { engines: [works({ ...docker, usernsRemap: true })] }, /^problem \| engine.*userns-remap/],
    [
      'an engine without gVisor',
      { engines: [works({ ...docker, runtimes: ['runc'] })] },
      /^note \| runtime.*runsc install/,
    ],
    [
      'gVisor whose boxes reach no gateway',
      { engines: [works(bare)] },
      /^note \| network \| .*gVisor \| .*without --host-uds=open.*daemon\.json.*reload docker/,
    ],
    [
      'virtual machines by default, beside runc',
      { engines: [works({ ...docker, defaultRuntime: 'kata', runtimes: ['kata', 'runc', 'runsc'] })] },
      /^note \| network \| boxes with a gateway run in runc, not in kata \| .*virtual machines/,
    ],
    [
      'nothing but virtual machines',
      { engines: [works({ ...docker, defaultRuntime: 'kata', runtimes: ['kata'], desktop: true })] },
      /^problem \| network \| boxes of kata cannot reach a gateway/,
    ],
    [
      'gVisor that keeps no limit',
      { engines: [works({ ...docker, limitlessRuntimes: ['runsc'] })] },
      /^note \| runtime.*--ignore-cgroups.*daemon\.json/,
    ],
    [
      'gVisor that did not work when a run tried it',
      { engines: [works(docker, { trial: { works: false, why: 'no KVM' } })] },
      /^note \| runtime.*does not work \| .*no KVM/,
    ],
    [
      'limits that every client gave up',
      { givenUp: LIMITS, engines: [works({ ...docker, ignoredLimits: ['memory', 'cpus', 'pids'] })] },
      /^note \| limits.*gave them up/,
    ],
    [
      'a locked keychain that is needed',
      { keychain: { state: 'locked', why: 'w', next: ['unlock'] } },
      /^problem \| keychain.*unlock/,
    ],
    [
      'no keychain where none is needed',
      { usesKeychain: false, keychain: { state: 'absent', why: 'w', next: [] } },
      /^note \| keychain/,
    ],
    [
      'a disk that is nearly full',
      { disks: [{ path: '/x', purpose: 'state', free: 1024 }] },
      /^problem \| disk.*0\.0 GiB/,
    ],
    [
      'a disk with little room',
      { disks: [{ path: '/x', purpose: 'state', free: 1024 ** 3 }] },
      /^note \| disk.*1\.0 GiB/,
    ],
    [
      'a proxy of this machine alone',
      { proxies: [{ name: 'http_proxy', local: true, password: false }] },
      /^note \| network.*http_proxy/,
    ],
    [
      'a proxy with a password',
      { proxies: [{ name: 'http_proxy', local: false, password: true }] },
      /^note \| network.*password/,
    ],
    [
      'authorities that images do not get',
      { missedAuthorities: [{ variable: 'NODE_EXTRA_CA_CERTS', file: '/corp.pem' }] },
      /^note \| network.*sudo cp \/corp\.pem .*update-ca-certificates/,
    ],
    [
      'an image that is out of date',
      { images: [{ title: 'codex 0.169.0', agent: 'codex', clients: ['acme'], built: false, older: true }] },
      /^note \| images.*agentbox build --client acme --agent codex/,
    ],
    ['images of no use', { staleImages: 3 }, /^note \| images \| 3 images.*agentbox images prune/],
    [
      'a box that nobody removed',
      { engines: [works(docker, { boxes: [box({})] })] },
      /^note \| leftovers.*137.*agentbox rm agentbox-acme/,
    ],
    [
      'a helper that lives on',
      {
        engines: [
          works(docker, {
            boxes: [
              box({
                labels: { 'dev.agentbox': 'helper' },
                state: 'running',
                exitCode: undefined,
                created: '2026-01-02T02:00:00Z',
              }),
            ],
          }),
        ],
      },
      /^note \| leftovers.*rm --force/,
    ],
  ])('tells of %s and what mends it', (_, changes, expected) => {
    const found = faults({ ...linux, ...changes });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  test('says nothing of a box that runs', () => {
    const boxes = [box({ state: 'running', exitCode: undefined })];
    expect(faults({ ...linux, engines: [works(docker, { boxes })] })).toEqual([]);
  });

  test('says how to get limits on rootless Podman, by the version of cgroups', () => {
    const [v1, v2] = (['1', '2'] as const).map((cgroupVersion) => {
      const engines = linuxPodman.engines.map((report) => ({
        ...report,
        facts: report.facts && { ...report.facts, details: { cgroupVersion, storage: undefined, runtimeArgs: {} } },
      }));
      return faults({ ...linuxPodman, engines }).find((line) => line.includes('limits')) ?? '';
    });
    expect(v1).toMatch(
      /^problem.*systemd\.unified_cgroup_hierarchy=1.*allow_degraded: \[memory-limit, cpus-limit, pids-limit]/,
    );
    expect(v2).toMatch(/^problem.*Delegate=.*allow_degraded/);
  });

  test('on a Mac says that Podman’s machine cannot be used, and asks for no gVisor in a machine nobody can change', () => {
    expect(faults(mac)).toEqual([
      'note | engine | Podman (podman command): podman runs its containers in a machine here, where agentbox cannot hand over secrets yet |  | use Docker Desktop, OrbStack or Colima',
    ]);
    expect(lines(mac).join('\n')).toContain('Docker 28.3.2 at /Users/ann/.docker/run/docker.sock, in use');
  });

  test('on a Mac says another way for authorities, since there is no folder of them', () => {
    const missedAuthorities = [{ variable: 'NODE_EXTRA_CA_CERTS', file: '/Users/ann/corp.pem' }];
    const found = faults({ ...mac, missedAuthorities }).join('\n');
    expect(found).toContain('/Users/ann/corp.pem');
    expect(found).not.toContain('update-ca-certificates');
  });
});

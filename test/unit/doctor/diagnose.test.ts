import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { DoctorFacts } from '../../../src/doctor/facts.ts';
import { AREAS } from '../../../src/doctor/finding.ts';
import { countIds } from '../../../src/doctor/kernel.ts';
import type { BoxInfo, EngineFacts } from '../../../src/engine/engine.ts';
import { docker as bare } from '../support/facts.ts';
import { fedora, gatewayOf, kernelOf, linux, linuxPodman, mac, ubuntu, works, wsl } from './machines.ts';

/** With a gVisor whose boxes reach a gateway. */
const docker: EngineFacts = {
  ...bare,
  details: { cgroupVersion: '2', storage: undefined, runtimeArgs: { runsc: ['--host-uds=open'] } },
};

const lines = (facts: DoctorFacts) =>
  diagnose(facts).map(({ grade, area, what, why, next }) => [grade, area, what, why ?? '', ...next].join(' | '));
const faults = (facts: DoctorFacts) => lines(facts).filter((line) => !line.startsWith('ok'));
/** Podman does not tell how it registered gVisor, which is a note of its own. */
const ofKernel = (facts: DoctorFacts) => faults(facts).filter((line) => line.includes(' | kernel | '));

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
      'gateway',
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
      {
        images: [
          { title: 'codex 0.169.0', agent: 'codex', clients: ['acme'], built: undefined, older: 'codex 0.160.0' },
        ],
      },
      /^note \| images.*codex 0\.169\.0 is out of date \| what is there is codex 0\.160\.0.*agentbox build --client acme --agent codex/,
    ],
    [
      'an image that is old',
      {
        images: [
          {
            title: 'claude 2.1.1',
            agent: 'claude',
            clients: ['acme'],
            built: '2025-11-01T00:00:00Z',
            older: undefined,
          },
        ],
      },
      /^note \| images \| the image of claude 2\.1\.1 is 62d old .*build --rebuild --client acme --agent claude/,
    ],
    [
      'a keeper of another version',
      { gateways: [gatewayOf({ keeper: { version: '0.0.9' } })] },
      /^note \| gateway \| the gateway of client acme on Docker is 2h old: its keeper is agentbox 0\.0\.9 \| 2 boxes/,
    ],
    [
      'a gateway of an older image',
      { gateways: [gatewayOf({ container: { state: 'running', created: '2026-01-01T03:04:05Z', current: false } })] },
      /^note \| gateway.*1d old: its image is out of date/,
    ],
    ['a keeper that hangs', { gateways: [gatewayOf({ keeper: 'silent' })] }, /^problem \| gateway.*does not answer/],
    [
      'a gateway whose keeper died',
      { gateways: [gatewayOf({ keeper: undefined })] },
      /^note \| gateway.*has no keeper \| .*agentbox net show --client acme/,
    ],
    [
      'boxes without a gateway',
      { gateways: [gatewayOf({ keeper: undefined, container: undefined })] },
      /^problem \| gateway.*offline: agentbox-acme-a, agentbox-acme-b \| agentbox stop agentbox-acme-a/,
    ],
    [
      'a gateway that was left over',
      { gateways: [gatewayOf({ keeper: undefined, boxes: [] })] },
      /^note \| gateway.*left over.*agentbox prune --engine docker/,
    ],
    [
      'a gateway that is coming',
      { gateways: [gatewayOf({ container: undefined })] },
      /^note \| gateway.*does not run yet/,
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

  test('has nothing against a gateway that does its work, and says how long', () => {
    const facts = { ...linux, gateways: [gatewayOf()] };
    expect(faults(facts)).toEqual([]);
    expect(lines(facts)).toContain('ok | gateway | the gateway of client acme on Docker runs for 2h, with 2 boxes | ');
  });

  test.each([
    [{ maxUserNamespaces: 0 }, /turned off.*sysctl -w user\.max_user_namespaces=28633/],
    [{ unprivilegedClone: false }, /only root.*sysctl -w kernel\.unprivileged_userns_clone=1/],
    [{ apparmorRestricts: true }, /AppArmor.*\/etc\/apparmor\.d\/podman/],
    [{ subuids: 0, subgids: 0 }, /ann has 0 further user ids.*usermod --add-subuids .* ann \| podman system migrate/],
    [{ newuidmap: false }, /newuidmap.*apt-get install uidmap/],
  ])('tells what rootless Podman lacks, and only where there is one: %j', (changes, expected) => {
    const broken = { ...ubuntu, ...kernelOf(changes) };
    expect(ofKernel(broken)).toEqual([
      expect.stringMatching(new RegExp(`^problem \\| kernel \\| .*${expected.source}`)),
    ]);
    expect(ofKernel({ ...fedora, ...kernelOf(changes) })).toEqual([expect.stringMatching(/^note/)]);
    expect(faults({ ...linux, ...kernelOf(changes) })).toEqual([]);
    expect(ofKernel({ ...fedora, ...kernelOf({ ...changes, isRoot: true }) })).toEqual([]);
  });

  test('takes Podman’s profile of AppArmor for what it is', () => {
    expect(faults(ubuntu).join()).toContain('AppArmor');
    const kernel = ubuntu.kernel && { ...ubuntu.kernel, podmanProfile: true };
    expect(faults({ ...ubuntu, kernel }).join()).not.toContain('AppArmor');
  });

  test('finds nothing on a Fedora where nothing is wrong, and tells whether SELinux keeps clients apart', () => {
    expect(ofKernel(fedora)).toEqual([]);
    const words = lines(fedora).filter((line) => line.includes('kernel'));
    expect(words).toEqual([
      'ok | kernel | user namespaces for rootless Podman, with 65536 ids of ann | ',
      'ok | kernel | SELinux is enforcing, and each client has a label of its own | ',
    ]);
    expect(ofKernel({ ...fedora, ...kernelOf({ selinux: 'permissive' }) })).toEqual([
      expect.stringMatching(/^note \| kernel \| SELinux only warns.*setenforce 1/),
    ]);
    expect(faults({ ...linux, ...kernelOf({ selinux: 'enforcing' }) })).toEqual([
      expect.stringMatching(/^note \| kernel \| SELinux is enforcing, and docker makes no use.*selinux-enabled/),
    ]);
  });

  test('in WSL2 tells of projects on the disk of Windows, and of no others', () => {
    expect(faults(wsl)).toEqual([expect.stringMatching(/^note \| kernel \| \/mnt\/c\/Users\/ann\/shop is on/)]);
    expect(faults({ ...wsl, ...kernelOf({}) })).toEqual([]);
  });
});

test('docs/doctor.md names every part that is looked at', async () => {
  const page = readFileSync(fileURLToPath(new URL('../../../docs/doctor.md', import.meta.url)), 'utf8');
  for (const area of AREAS) expect(page).toContain(`| \`${area}\` |`);
});

test('further ids are counted by name or number, whoever has a line', () => {
  const text = 'bob:100000:65536\nann:165536:65536\n1000:300000:1000\n';
  expect(countIds(text, { name: 'ann', uid: 1000 })).toBe(66_536);
  expect(countIds(text, { name: 'eve', uid: 1 })).toBe(0);
});

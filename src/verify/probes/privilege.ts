import { HOME } from '../../agents/agent.ts';
import type { VerifyFacts } from '../facts.ts';
import { attack, control, type Probe } from '../probe.ts';
import { limits } from './limits.ts';

const OWN_KERNEL = 'gVisor has a kernel of its own, and this stays in it';
const PODMAN_LETS = 'the seccomp profile of podman lets it through, and a box gains nothing by it';

const CLONE_NEWNS = '131072';
const CLONE_NEWUSER = '268435456';
const MS_REMOUNT = '32';
/** A character device 1:1, which is the host's memory. */
const [S_IFCHR_0600, MEMORY] = ['8576', '257'];
const AT_FDCWD = '-100';

/** System calls that a box must not get through: id, what it is, the call, and where it says nothing. */
const CALLS: readonly (readonly [
  id: string,
  title: string,
  call: readonly [string, ...string[]],
  not?: 'gvisor' | 'podman+gvisor',
])[] = [
  ['mount', 'cannot mount a file system', ['mount', 'none', '/tmp', 'tmpfs', '0', '0']],
  ['remount', 'cannot make the root writable', ['mount', 'none', '/', '%', MS_REMOUNT, '0']],
  ['umount', 'cannot take a mount away', ['umount2', '/proc', '0']],
  ['pivot-root', 'cannot change the root', ['pivot_root', '/', '/']],
  ['unshare-mounts', 'cannot make a namespace of mounts', ['unshare', CLONE_NEWNS], 'gvisor'],
  ['unshare-users', 'cannot make a namespace of users', ['unshare', CLONE_NEWUSER], 'podman+gvisor'],
  ['setns', 'cannot enter a namespace of others', ['setns', '@namespace', '0']],
  ['module', 'cannot load a module into the kernel', ['init_module', '@room', '0', '%']],
  ['kexec', 'cannot load another kernel', ['kexec_load', '0', '0', '0', '0']],
  ['bpf', 'cannot load a BPF program', ['bpf', '0', '@room', '64']],
  ['perf', 'cannot watch the kernel (perf)', ['perf_event_open', '@room', '0', '-1', '-1', '0']],
  ['handle', 'cannot open a file by its handle', ['open_by_handle_at', AT_FDCWD, '@room', '0']],
  ['keyring', 'cannot reach the keys of the kernel', ['keyctl', '0', '-3', '0'], 'podman+gvisor'],
  ['dmesg', 'cannot read the log of the kernel', ['syslog', '3', '@room', '4096'], 'gvisor'],
  [
    'device',
    'cannot make a device',
    ['mknodat', AT_FDCWD, '/tmp/.agentbox-verify-device', S_IFCHR_0600, MEMORY],
    'gvisor',
  ],
  ['swap', 'cannot set up swap', ['swapon', '/tmp/none', '0']],
  ['reboot', 'cannot reboot', ['reboot', '0', '0', '0', '0']],
  ['clock', 'cannot set the clock', ['settimeofday', '0', '0']],
  ['hostname', 'cannot change the host name', ['sethostname', 'box', '3']],
];

const READ_ONLY = [
  '/',
  '/etc',
  '/usr/bin',
  '/usr/local/lib/agentbox',
  '/var/tmp',
  '/var/lib',
  '/root',
  '/home',
  '/dev',
  '/sys',
  '/proc',
];

const KERNEL_FILES = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/net/ipv4/ip_forward',
  '/proc/sysrq-trigger',
  '/sys/kernel/uevent_helper',
  '/sys/fs/cgroup/release_agent',
  '/sys/fs/cgroup/memory/release_agent',
];

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'console', 'ptmx', 'pts/ptmx', 'pts/0'];

/** G2: no privilege, and nothing to gain one with. Pure. */
export function noPrivilege(facts: VerifyFacts): readonly Probe[] {
  const { box, gvisor, engine } = facts;
  const own = (not: (typeof CALLS)[number][3]) => {
    if (gvisor && not !== undefined) return OWN_KERNEL;
    return engine === 'podman' && not === 'podman+gvisor' ? PODMAN_LETS : undefined;
  };
  return [
    ...['/tmp', HOME].map((dir) => control('G2', `runs-${dir}`, `programs run from ${dir} (control)`, ['run', dir])),
    attack('G2', 'uid', `runs as ${box.uid}:${box.gid}, in no other group`, ['ids'], {
      kind: 'shows',
      check: (seen) => (seen === `${box.uid} ${box.uid} ${box.gid}` && box.uid !== 0 ? undefined : `it is ${seen}`),
    }),
    attack('G2', 'capabilities', 'has no capability', status, { kind: 'shows', check: capabilities }),
    field('NoNewPrivs', '1', 'gains nothing by exec (no-new-privileges)', gvisor),
    field('Seccomp', '2', 'is under a seccomp filter', gvisor),
    attack('G2', 'root', 'cannot become root', ['become']),
    ...READ_ONLY.map((dir) => attack('G2', `write-${dir}`, `cannot write to ${dir}`, ['write', dir])),
    ...KERNEL_FILES.map((path) => attack('G2', `open-${path}`, `cannot write ${path}`, ['open', path])),
    attack('G2', 'setuid', 'no setuid file in the image', ['find', 'setuid', '8', '/']),
    attack('G2', 'devices', 'has no device of the host', ['find', 'devices', '2', '/dev'], {
      kind: 'shows',
      // gVisor's fuse is gVisor's own.
      check: (seen) => strangeDevices(seen, gvisor ? [...DEVICES, 'fuse'] : DEVICES),
    }),
    ...CALLS.map(([id, title, [name, ...args], not]) =>
      attack('G2', `call-${id}`, title, ['call', name, ...args], { kind: 'fails' }, own(not)),
    ),
    ...limits(facts),
  ];
}

const status = ['read', '/proc/self/status'] as const;

function field(name: string, wanted: string, title: string, gvisor: boolean): Probe {
  const check = (text: string) => {
    const found = new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1];
    return found === wanted ? undefined : `${name} is ${found ?? 'not told'}`;
  };
  const skip = gvisor ? `gVisor shows no ${name} of the host; it filters its own system calls` : undefined;
  return attack('G2', name, title, status, { kind: 'shows', check }, skip);
}

function capabilities(text: string): string | undefined {
  const sets = [...text.matchAll(/^(Cap(?:Inh|Prm|Eff|Bnd|Amb)):\s*([0-9a-f]+)/gm)];
  if (sets.length < 3) return 'the kernel does not tell';
  const held = sets.filter(([, , bits = '']) => !/^0+$/.test(bits));
  return held.length === 0 ? undefined : held.map(([, set, bits]) => `${set} ${bits}`).join(', ');
}

function strangeDevices(seen: string, known: readonly string[]): string | undefined {
  const strange = seen.split(' ').filter((path) => path !== '' && !known.includes(path.replace(/^\/dev\//, '')));
  return strange.length === 0 ? undefined : strange.join(' ');
}

import type { VerifyFacts } from '../facts.ts';
import { attack, type Probe } from '../probe.ts';

/** More processes than this are not started to see a limit. */
const FORKS = 1024;
const GIVEN_UP = 'given up by name (allow_degraded)';

/** G2: memory, cpu and processes are bounded. Nothing is filled: the kernel tells what it enforces. Pure. */
export function limits({ box, gvisor }: VerifyFacts): readonly Probe[] {
  const { memory, cpus, pids } = box.limits;
  const own = gvisor
    ? 'under gVisor the limit is around the box and cannot be seen from within; see what the engine made'
    : undefined;
  const skip = (limit: number | undefined) => (limit === undefined ? GIVEN_UP : own);
  return [
    attack(
      'G2',
      'limit-memory',
      'memory is limited',
      ['read', '/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'],
      { kind: 'shows', check: (text) => atMost(text, memory ?? 0) },
      skip(memory),
    ),
    attack(
      'G2',
      'limit-cpus',
      'cpu is limited',
      [
        'read',
        '/sys/fs/cgroup/cpu.max',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us',
      ],
      { kind: 'shows', check: (text) => atMost(text, (cpus ?? 0) * 100_000) },
      skip(cpus),
    ),
    attack(
      'G2',
      'limit-pids',
      'processes are limited',
      ['read', '/sys/fs/cgroup/pids.max', '/sys/fs/cgroup/pids/pids.max'],
      { kind: 'shows', check: (text) => atMost(text, pids ?? 0) },
      skip(pids),
    ),
    attack(
      'G2',
      'forks',
      'cannot start processes without end',
      ['fork', `${(pids ?? 0) + 16}`],
      { kind: 'fails' },
      skip(pids) ?? ((pids ?? 0) > FORKS ? `the limit is ${pids}, more than are started here` : undefined),
    ),
  ];
}

/** The first number of a file of the kernel's, which says `max` or less than nothing where there is no limit. */
function atMost(text: string, planned: number): string | undefined {
  const [first = ''] = text.trim().split(' ');
  const found = Number(first);
  return /^\d+$/.test(first) && found > 0 && found <= planned ? undefined : `${first}, planned ${planned}`;
}

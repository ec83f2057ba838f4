import { HOME } from '../../agents/agent.ts';
import type { BoxSpec } from '../../plan/spec.ts';
import type { VerifyFacts } from '../facts.ts';
import { attack, control, type Probe } from '../probe.ts';

/** Where engines and the kernel mount things of the container's own. */
const STANDARD = ['/proc', '/sys', '/dev'];
const OWN_FILES = ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/run/.containerenv'];

/** G1: the box sees the workspace, its own client's agent state and nothing else of the host. Pure. */
export function onlyThis({ box, hidden, sockets, network }: VerifyFacts): readonly Probe[] {
  const workspace = box.workdir;
  const gateway = network === 'gateway' ? ' and the gateway’s folder' : '';
  return [
    control('G1', 'workspace-write', 'the workspace can be written (control)', ['write', workspace]),
    attack('G1', 'mounts', `only planned mounts${gateway}, read-only where planned`, ['read', '/proc/self/mountinfo'], {
      kind: 'shows',
      check: (text) => wrongMounts(text, box),
    }),
    ...hidden.map(({ what, path }, index) =>
      attack(
        'G1',
        `hidden-${index}`,
        `${what} is not there: ${path}`,
        ['look', path],
        { kind: 'fails' },
        clash(path, box),
      ),
    ),
    ...sockets.map((path, index) =>
      attack('G1', `engine-socket-${index}`, `no engine socket at ${path}`, ['unix', path]),
    ),
    attack('G1', 'sockets', 'no socket but those of the plan', ['find', 'sockets', '2', '/run', '/tmp', '/var', HOME]),
    attack('G1', 'docker-host', 'no DOCKER_HOST', ['env', 'DOCKER_HOST']),
    attack('G1', 'container-host', 'no CONTAINER_HOST', ['env', 'CONTAINER_HOST']),
    attack('G1', 'abstract', 'no abstract socket of the host', ['read', '/proc/net/unix'], {
      kind: 'shows',
      check: abstractSockets,
    }),
  ];
}

/** What is mounted in the box and was not planned, or is not as planned; undefined when all is well. Pure. */
export function wrongMounts(mountinfo: string, box: Pick<BoxSpec, 'mounts' | 'tmpfs'>): string | undefined {
  const seen = mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .map((fields) => ({ target: unescaped(fields[4] ?? ''), write: (fields[5] ?? '').split(',').includes('rw') }));
  const root = seen.find(({ target }) => target === '/');
  if (root === undefined) return 'no root is mounted';
  if (root.write) return 'the root can be written';
  const planned = [...box.mounts.map(({ target }) => target), ...box.tmpfs.map(({ target }) => target)];
  const isKnown = (target: string) =>
    [...planned, ...OWN_FILES, '/'].includes(target) ||
    STANDARD.some((folder) => target === folder || target.startsWith(`${folder}/`));
  const more = seen.filter(({ target }) => !isKnown(target)).map(({ target }) => `${target} is mounted`);
  const less = planned.filter((target) => !seen.some((mount) => mount.target === target));
  const loose = box.mounts
    .filter(({ target, write }) => !write && seen.some((mount) => mount.target === target && mount.write))
    .map(({ target }) => `${target} is not read-only`);
  const wrong = [...more, ...less.map((target) => `${target} is not mounted`), ...loose];
  return wrong.length === 0 ? undefined : wrong.join('; ');
}

/** mountinfo writes blanks and the like in octal. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function abstractSockets(text: string): string | undefined {
  const names = text.match(/@\S+/g) ?? [];
  return names.length === 0 ? undefined : `there are ${names.join(' ')}`;
}

/** Why a path of the host says nothing in the box: the box has something of its own there. */
function clash(path: string, box: BoxSpec): string | undefined {
  const own = [...box.mounts, ...box.tmpfs].map(({ target }) => target);
  const covering = own.find((target) => target !== '/tmp' && (path === target || path.startsWith(`${target}/`)));
  return covering === undefined ? undefined : `the box has a ${covering} of its own`;
}

import { makeCanary } from '../../../src/verify/canary.ts';
import type { VerifyFacts } from '../../../src/verify/facts.ts';

const mount = { source: '/s', relabel: false, purpose: 'project' } as const;
/** What verify knows of a box with all that a box can have. */
export const facts: VerifyFacts = {
  engine: 'docker',
  platform: 'linux',
  gvisor: false,
  network: 'gateway',
  box: {
    name: 'n',
    labels: {},
    image: 'i',
    uid: 1000,
    gid: 1000,
    keepId: false,
    argv: ['x'],
    workdir: '/workspace',
    hostname: 'h',
    env: {},
    mounts: [
      { ...mount, target: '/workspace', write: true },
      { ...mount, target: '/data', write: false },
    ],
    tmpfs: [{ target: '/tmp', size: 1, mode: 0o1777, exec: true }],
    network: 'none',
    runtime: undefined,
    limits: { memory: 100, cpus: 2, pids: 512 },
    terminal: false,
    selinuxLevel: undefined,
    extra: {},
  },
  hidden: [{ what: 'the home directory', path: '/home/me/.ssh' }],
  sockets: ['/var/run/docker.sock'],
  listener: {
    token: 'token',
    answer: 'answer',
    closed: 4000,
    open: 4001,
    through: '192.0.2.7',
    addresses: [{ address: '192.0.2.7', answers: true }],
  },
  canary: makeCanary(),
};

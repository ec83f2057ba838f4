import type { Probe } from '../probe.ts';

/** G5, which the host looks at by itself, and what of G8 a box that runs cannot show. */
export const REST: readonly Probe[] = [
  {
    id: 'project-settings',
    group: 'G5',
    title: 'a project file loosens nothing by itself',
    expect: { kind: 'fails' },
  },
  {
    id: 'project-forbidden',
    group: 'G5',
    title: 'nor can it name secrets, the host, an engine or a client at all',
    expect: { kind: 'fails' },
  },
  {
    id: 'project-tightens',
    group: 'G5',
    title: 'it tightens (control)',
    expect: { kind: 'works' },
  },
  {
    id: 'atomic',
    group: 'G8',
    title: 'state files are replaced whole or not at all',
    expect: { kind: 'fails' },
    skip: 'a box that runs cannot show it; the tests of agentbox do',
  },
];

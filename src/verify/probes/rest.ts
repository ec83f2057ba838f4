import type { Probe } from '../probe.ts';

/** G5, which the host looks at by itself, and of G6 and G8 what a box that runs cannot show, or this version does not hold yet. */
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
    id: 'git',
    group: 'G6',
    title: 'the host’s .git cannot be written from the box',
    expect: { kind: 'fails' },
    later: 'not held by this version: .git is part of the project, look at its hooks and config before you use it',
  },
  {
    id: 'atomic',
    group: 'G8',
    title: 'state files are replaced whole or not at all',
    expect: { kind: 'fails' },
    skip: 'a box that runs cannot show it; the tests of agentbox do',
  },
];

import type { Probe } from '../probe.ts';

/** G5, G6 and G8: what a box that runs cannot show, or this version does not hold yet. */
export const REST: readonly Probe[] = [
  {
    id: 'project-settings',
    group: 'G5',
    title: 'a project file loosens nothing',
    expect: { kind: 'fails' },
    skip: 'agentbox reads no settings from a project; an image of its devcontainer.json needs your consent to its content',
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

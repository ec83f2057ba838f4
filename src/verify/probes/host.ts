import type { Probe } from '../probe.ts';

/** What the host looks at by itself, by guarantee; the observations come from ../host. */
export const HOST_PROBES: readonly Probe[] = [
  probe('G1', 'guard-root', 'the root of the host cannot be mounted'),
  probe('G1', 'guard-home', 'nor the home directory'),
  probe('G1', 'guard-own', 'nor agentbox’s own folders'),
  probe('G1', 'guard-socket', 'nor the engine’s socket'),
  probe('G1', 'guard-other', 'nor a project of another client'),
  { ...probe('G1', 'guard-free', 'a folder of nobody can (control)'), expect: { kind: 'works' } },
  probe('G2', 'made', 'the engine made what was planned'),
  probe('G7', 'other-project', 'a project of another client does not run'),
  probe('G7', 'other-inside', 'nor a folder in it'),
  probe('G7', 'other-around', 'nor a folder around it'),
  { ...probe('G7', 'own-project', 'it runs as that client (control)'), expect: { kind: 'works' } },
  probe('G7', 'state-open', 'other users cannot read the client’s state'),
];

function probe(group: Probe['group'], id: string, title: string): Probe {
  return { group, id, title, expect: { kind: 'fails' } };
}

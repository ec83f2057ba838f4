import type { Publish } from '../../network/ports/publish.ts';
import { portsOf } from '../../plan/labels.ts';
import type { VerifyFacts } from '../facts.ts';
import { attack, type Probe } from '../probe.ts';

/** What the box of verify has published, at a port that is free; nothing in the box listens there. */
export const PUBLISHED: Publish = { address: undefined, port: 0, boxPort: 9 };

/** G3: a published port leads in, from this machine alone, and not out. Pure. */
export function portsLeadIn({ box }: Pick<VerifyFacts, 'box'>): readonly Probe[] {
  const [publish] = portsOf(box.labels);
  if (publish === undefined) return [];
  return [
    {
      id: 'port-here',
      group: 'G3',
      title: 'a published port is open on 127.0.0.1 of the host (control)',
      expect: { kind: 'works' },
    },
    { id: 'port-elsewhere', group: 'G3', title: 'and on no other address of the host', expect: { kind: 'fails' } },
    attack('G3', 'port-inside', 'and is nothing that the box could reach', ['tcp', '127.0.0.1', `${publish.port}`, '']),
  ];
}

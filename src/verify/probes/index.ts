import type { VerifyFacts } from '../facts.ts';
import type { Probe } from '../probe.ts';
import { HOST_PROBES } from './host.ts';
import { noWayOut } from './network.ts';
import { onlyThis } from './only.ts';
import { portsLeadIn } from './ports.ts';
import { noPrivilege } from './privilege.ts';
import { projectsHold } from './projects.ts';
import { throughTheGateway } from './relay.ts';
import { REST } from './rest.ts';
import { secretsStay } from './secrets.ts';

/** Every probe of one box, by guarantee. Pure. */
export function probesOf(facts: VerifyFacts): readonly Probe[] {
  const all = [
    ...onlyThis(facts),
    ...noPrivilege(facts),
    ...noWayOut(facts),
    ...portsLeadIn(facts),
    ...(facts.network === 'gateway' ? throughTheGateway(facts) : [NO_GATEWAY]),
    ...secretsStay(facts),
    ...projectsHold(facts),
    ...HOST_PROBES,
    ...REST,
  ];
  return all.sort((a, b) => a.group.localeCompare(b.group));
}

const NO_GATEWAY: Probe = {
  id: 'gateway',
  group: 'G3',
  title: 'what the gateway lets through',
  expect: { kind: 'fails' },
  skip: 'this box has no gateway (--network none, open)',
};

import { formatSpan } from '../ui/time.ts';
import type { DoctorFacts, GatewayFacts } from './facts.ts';
import { type Finding, finding } from './finding.ts';

const TITLE = { docker: 'Docker', podman: 'Podman' } as const;

/** What is to be said of each client's gateway and of the process that keeps it. Pure. */
export function judgeKeepers(facts: DoctorFacts): readonly Finding[] {
  if (facts.engines.every(({ state }) => state !== 'works')) return [];
  if (facts.gateways.length === 0) return [finding('gateway', 'ok', 'no gateway runs, and no box needs one')];
  return facts.gateways.map((gateway) => judgeOne(gateway, facts));
}

function judgeOne(gateway: GatewayFacts, { version, now }: Pick<DoctorFacts, 'version' | 'now'>): Finding {
  const { client, kind, container, keeper, boxes } = gateway;
  const runs = container?.state === 'running';
  const whose = `gateway of client ${client} on ${TITLE[kind]}`;
  const anew = 'the next agentbox run of the client starts another in its place';
  if (keeper === 'silent') {
    return finding('gateway', 'problem', `the keeper of the ${whose} does not answer`, {
      why: 'rules cannot be changed, and secrets are not renewed',
      next: [anew],
    });
  }
  if (keeper === undefined && boxes.length > 0) {
    return finding(
      'gateway',
      runs ? 'note' : 'problem',
      `the ${whose} has no keeper${runs ? '' : ', and does not run'}`,
      {
        why: runs
          ? 'its boxes go on with the last rules and secrets, and nothing renews them'
          : `what it knew was in memory alone, so its boxes are offline: ${boxes.join(', ')}`,
        next: runs
          ? [`agentbox net show --client ${client}, which starts one`]
          : boxes.map((box) => `agentbox stop ${box}, and run it anew`),
      },
    );
  }
  if (keeper === undefined) {
    return finding('gateway', 'note', `the ${whose} was left over`, {
      why: 'its keeper was ended, and no box needs it',
      next: [`agentbox prune --engine ${kind}`, 'or leave it: the next agentbox run of the client takes it up'],
    });
  }
  if (!runs) {
    return finding('gateway', 'note', `the ${whose} does not run yet`, {
      why: 'its keeper is there and brings it up',
      next: ['look again in a minute: agentbox doctor'],
    });
  }
  const age = formatSpan(Date.parse(now) - Date.parse(container.created));
  const count = boxes.length === 1 ? '1 box' : `${boxes.length} boxes`;
  if (keeper.version !== version || !container.current) {
    const old = keeper.version === version ? 'its image is out of date' : `its keeper is agentbox ${keeper.version}`;
    return finding('gateway', 'note', `the ${whose} is ${age} old: ${old}`, {
      why: `${count} of it go on meanwhile`,
      next: [anew],
    });
  }
  return finding('gateway', 'ok', `the ${whose} runs for ${age}, with ${count}`);
}

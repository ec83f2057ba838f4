import { howToOpen, reachesHostSockets, reachingRuntime, whyUnreached } from '../plan/hostSockets.ts';
import type { DoctorFacts } from './facts.ts';
import { type Finding, finding } from './finding.ts';

const GVISOR = 'runsc';

/** What is to be said of boxes and the sockets of their gateway, by the runtimes of the engine in use. Pure. */
export function judgeGateway({ engines }: DoctorFacts): readonly Finding[] {
  const engine = engines.find(({ chosen }) => chosen)?.facts;
  if (engine === undefined) return [];
  const { defaultRuntime: own, runtimes, kind } = engine;
  const reaching = reachingRuntime(engine);
  if (reaching === undefined) {
    return [
      finding('network', 'problem', `boxes of ${own} cannot reach a gateway`, {
        why: whyUnreached(own),
        next: [...howToOpen(engine, own), `or register runc with ${kind}`, 'or, in config.yaml: network: none'],
      }),
    ];
  }
  const unreached = runtimes.includes(GVISOR) && !reachesHostSockets(engine, GVISOR);
  return [
    reaching === own
      ? finding('network', 'ok', `boxes of ${own} can reach a gateway`)
      : finding('network', 'note', `boxes with a gateway run in ${reaching}, not in ${own}`, {
          why: whyUnreached(own),
          next: howToOpen(engine, own),
        }),
    ...(unreached && own !== GVISOR
      ? [
          finding('network', 'note', 'boxes with a gateway do not run in gVisor', {
            why: whyUnreached(GVISOR),
            next: howToOpen(engine, GVISOR),
          }),
        ]
      : []),
  ];
}

import type { DoctorFacts } from './facts.ts';
import { AREAS, type Finding } from './finding.ts';
import { judgeEngines } from './judgeEngines.ts';
import { judgeGateway } from './judgeGateway.ts';
import { judgeDisks, judgeKeychain, judgeNetwork, judgeSettings } from './judgeHost.ts';
import { judgeImages, judgeLeftovers } from './judgeImages.ts';
import { judgeKeepers } from './judgeKeepers.ts';
import { judgeNamespaces, judgeSelinux, judgeWsl } from './judgeKernel.ts';
import { judgeLimits, judgeRuntimes } from './judgeRuntimes.ts';

const JUDGES = [
  judgeSettings,
  judgeEngines,
  judgeRuntimes,
  judgeLimits,
  judgeNamespaces,
  judgeSelinux,
  judgeWsl,
  judgeKeychain,
  judgeDisks,
  judgeNetwork,
  judgeGateway,
  judgeKeepers,
  judgeImages,
  judgeLeftovers,
];

/** Everything that is to be said of a machine, area by area. Pure. */
export function diagnose(facts: DoctorFacts): readonly Finding[] {
  const found = JUDGES.flatMap((judge) => judge(facts));
  return AREAS.flatMap((area) => found.filter((one) => one.area === area));
}

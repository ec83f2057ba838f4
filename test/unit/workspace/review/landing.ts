import { UserError } from '../../../../src/errors.ts';
import {
  fetchWork,
  planLanding,
  type WriteOrder,
  type Written,
  writeLanding,
} from '../../../../src/workspace/review/land.ts';
import type { LandingPlan } from '../../../../src/workspace/review/landingPlan.ts';
import { lookIntoClone } from '../../../../src/workspace/review/reader.ts';
import type { Wanted } from '../../../../src/workspace/review/request.ts';
import type { CloneSnapshot } from '../../../../src/workspace/review/snapshot.ts';
import type { Places } from './places.ts';

/** What came of landing a clone, each part of it as the program does it, without questions. */
export interface Landed {
  readonly snapshot: CloneSnapshot;
  readonly plan: LandingPlan;
  readonly written: Written | undefined;
}

export const ORDER: WriteOrder = { suffix: 'test' };
const ALL: Wanted = { only: [], except: [], commits: true };

/** Says why as well, for whoever reads the failure of a test. */
export async function land(places: Places, more: Landing = {}): Promise<Landed> {
  return landIt(places, more).catch((error: unknown) => {
    if (error instanceof UserError) throw new Error(`${error.message}: ${error.why}`, { cause: error });
    throw error;
  });
}

/** `between` is what the host's user does while it is decided. */
interface Landing {
  readonly wanted?: Partial<Wanted>;
  readonly fault?: string;
  readonly between?: () => void;
}

async function landIt({ run, reviewed, giveTo }: Places, more: Landing): Promise<Landed> {
  const found = await lookIntoClone(run, reviewed, []);
  const snapshot = more.wanted?.commits === false ? { ...found, head: undefined } : found;
  await fetchWork(run, reviewed, snapshot, { whole: false, giveTo });
  const wanted = { ...ALL, ...more.wanted };
  let plan = await planLanding(run, reviewed, snapshot, { wanted, giveTo });
  if (plan.kind === 'lacking') {
    await fetchWork(run, reviewed, snapshot, { whole: true, giveTo });
    plan = await planLanding(run, reviewed, snapshot, { wanted, giveTo });
  }
  if (plan.kind !== 'ready') return { snapshot, plan, written: undefined };
  more.between?.();
  const orders = { box: reviewed.record.box, way: plan.way, aside: 'agentbox/test' };
  const order = { ...ORDER, ...(more.fault === undefined ? {} : { fault: more.fault }), giveTo };
  return { snapshot, plan, written: await writeLanding(run, reviewed, orders, order) };
}

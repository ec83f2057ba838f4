import type { Blocked } from '../network/keeper/protocol.ts';
import type { CloneState } from './clone/cloneState.ts';
import type { EndJudgement } from './ended/judgeEnded.ts';
import type { Brought } from './sync/bringBack.ts';

/** What came out at the end of a box, filled in step by step for whoever sums the run up. */
export interface EndNews {
  /** What the gateway refused. */
  blocked: readonly Blocked[];
  /** What came back of each repository of a bound project. */
  readonly brought: Brought[];
  /** What is to be looked at in files, and in commits. */
  readonly judged: EndJudgement[];
  /** Undefined for any other workspace than a clone. */
  clone: CloneState | undefined;
}

/** Of a box that has not ended. */
export function noNews(): EndNews {
  return { blocked: [], brought: [], judged: [], clone: undefined };
}

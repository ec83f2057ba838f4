import { isAlive } from '../engine/alive.ts';
import type { BoxInfo } from '../engine/engine.ts';
import { fromLabels } from '../plan/labels.ts';

/**
 * Where a box is in its life: `waiting` was made by `--create-only`, `starting` was made a moment ago, `dead` was never started because
 * its launcher was killed.
 */
export type Age = 'waiting' | 'starting' | 'dead' | 'running' | 'ended';

/** Milliseconds that a start may take; under gVisor, on a busy machine. */
const START = 60_000;

/** Where a box is in its life; `now` in milliseconds since 1970. Pure. */
export function ageOf(box: BoxInfo, now: number): Age {
  if (isAlive(box)) return 'running';
  if (box.state === 'exited') return 'ended';
  if (fromLabels(box.labels).waits) return 'waiting';
  return now - Date.parse(box.created) < START ? 'starting' : 'dead';
}

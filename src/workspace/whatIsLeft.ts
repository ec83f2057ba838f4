import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { cloneState } from './clone/cloneState.ts';
import { changesOf } from './clone/closeClone.ts';
import { type KeptWorkspace, leftToReview } from './kept.ts';

/**
 * What of a workspace nobody has reviewed, in words; undefined when it is sure that there is nothing, once `settle` was called. A
 * clone is looked at for that: its box must not be running.
 */
export async function whatIsLeft(context: Context, engine: Engine, kept: KeptWorkspace): Promise<string | undefined> {
  const { record, workspace } = kept;
  if (workspace !== 'clone') {
    const left = await leftToReview(context, kept);
    return left ?? (record?.held === undefined ? undefined : `commits that were not brought back: ${record.held}`);
  }
  if (record === undefined) return 'a clone whose record is gone';
  try {
    const state = await cloneState(context, engine, record);
    return state.changed ? `a clone with ${changesOf(state)}` : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `a clone that cannot be looked at: ${error.message}`;
  }
}

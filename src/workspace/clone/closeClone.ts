import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { waiting } from '../../ui/waiting.ts';
import type { WorkspaceRecord } from '../record.ts';
import { type CloneState, cloneState } from './cloneState.ts';
import { discardClone } from './discardClone.ts';

/** After the end of a box with a clone: removes one in which nothing changed, and says of any other what it holds and what comes next. */
export async function closeClone(context: Context, engine: Engine, record: WorkspaceRecord): Promise<CloneState> {
  const state = await waiting(context.io, 'looking at the clone', cloneState(context, engine, record));
  if (!state.changed) {
    // An engine may still be busy with a box that ended, and keeps its volume for so long.
    await engine.remove(record.box);
    await discardClone(context, engine, record);
    return state;
  }
  say(context.io, `agentbox: ${plain(record.project)} is as it was; its clone has ${changesOf(state)}`);
  for (const line of reviewLines(record.box)) say(context.io, `  ${line}`);
  return state;
}

/** What changed in a clone, in words. Pure. */
export function changesOf({ stat, commits }: CloneState): string {
  const made = commits === undefined || commits === 0 ? '' : `${commits} ${commits === 1 ? 'commit' : 'commits'}`;
  if (stat === undefined) return made === '' ? 'changes that git cannot count' : made;
  const parts = [stat === '' ? '' : stat.replace(/\((\+|-)\)/g, ''), made].filter((part) => part !== '');
  return parts.length === 0 ? 'no changed files, but other branches or files that git cannot read' : parts.join(', ');
}

/** The commands that review a clone, with what each does. Pure. */
function reviewLines(box: string): readonly string[] {
  return [
    `agentbox diff ${box}      shows it`,
    `agentbox apply ${box}     brings it into the project`,
    `agentbox discard ${box}   throws it away`,
  ];
}

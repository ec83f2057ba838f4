import type { BoxInfo } from '../engine/engine.ts';
import { UsageError, UserError } from '../errors.ts';
import { fromLabels } from '../plan/labels.ts';
import { type Age, ageOf } from './age.ts';
import { flagsOfStart } from './flagsOfStart.ts';
import { checkName } from './name.ts';
import { runAgain } from './recipe.ts';
import type { RunCommand } from './run.ts';

/** What a run turns out to be: a new box, one that is there and gets a new start, or one that runs. */
export type Turn =
  | { readonly kind: 'run'; readonly request: RunCommand }
  | { readonly kind: 'attach'; readonly box: BoxInfo };

/** What is there to decide with. */
export interface Present {
  /** All boxes of the engine, newest first. */
  readonly boxes: readonly BoxInfo[];
  /** The folder of agentbox's state: boxes of others are none of ours. */
  readonly data: string;
  /** A terminal is here. */
  readonly terminal: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a run with `--name` does. Throws UserError('box') for a name that is taken, with what to type; UsageError for no name. Pure. */
export function named(request: RunCommand, name: string, present: Present): Turn {
  const box = present.boxes.find((one) => one.name === name);
  if (box === undefined) {
    checkName(name);
    return { kind: 'run', request };
  }
  if (fromLabels(box.labels).data !== present.data) throw taken(name, 'it is another user’s', []);
  const age = ageOf(box, present.now);
  if (age === 'starting') throw taken(name, 'it is just being started', [`agentbox attach ${name}`]);
  if (age === 'running') {
    if (!request.resume) throw taken(name, 'it runs', [`agentbox attach ${name}`]);
    return attached(request, box);
  }
  if (age !== 'waiting' && !request.resume) throw taken(name, 'it ended', [again(name), `agentbox rm ${name}`]);
  if (request.createOnly) throw taken(name, 'it is there already', [`agentbox run --name ${name}`]);
  return startAgain(request, box, age);
}

/**
 * What `--resume` without a name does: the newest box of that client, project and agent that runs and can be attached to, else the newest
 * that was kept, else a new one, in which the agent goes on. With arguments for the agent always a new one. Pure.
 */
export function resumed(
  request: RunCommand,
  of: { readonly client: string; readonly project: string; readonly agent: string },
  present: Present,
): Turn {
  const fresh: Turn = { kind: 'run', request };
  if (request.args.length > 0 || request.createOnly) return fresh;
  const theirs = present.boxes.filter(({ labels }) => {
    const { client, project, agent, data } = fromLabels(labels);
    return data === present.data && client === of.client && project === of.project && agent === of.agent;
  });
  const running = theirs.find((box) => ageOf(box, present.now) === 'running' && fromLabels(box.labels).terminal);
  if (running !== undefined && present.terminal && !request.detach) return attached(request, running);
  const kept = theirs.find((box) => {
    const age = ageOf(box, present.now);
    return age === 'waiting' || (age === 'ended' && fromLabels(box.labels).keep);
  });
  return kept === undefined ? fresh : startAgain(request, kept, ageOf(kept, present.now));
}

function attached(request: RunCommand, box: BoxInfo): Turn {
  if (request.args.length > 0) {
    throw new UsageError(`${box.name} runs, and takes no arguments now`, [
      `agentbox attach ${box.name}`,
      `agentbox exec ${box.name} -- COMMAND…`,
    ]);
  }
  if (request.detach) throw taken(box.name, 'it runs already', [`agentbox attach ${box.name}`]);
  // It would go on without them, and nobody would know.
  const late = flagsOfStart(request.flags, fromLabels(box.labels));
  if (request.timeout !== undefined) late.push('--timeout');
  if (late.length > 0) {
    throw new UsageError(`${box.name} runs, and ${late.join(', ')} would come too late for it`, [
      `agentbox attach ${box.name}`,
      `agentbox stop ${box.name}   (then this again)`,
    ]);
  }
  return { kind: 'attach', box };
}

function startAgain(request: RunCommand, box: BoxInfo, age: Age): Turn {
  const { client, project, agent, asked } = fromLabels(box.labels);
  const fresh = age === 'waiting';
  const run = runAgain(request, { name: box.name, client, project, agent, asked, fresh });
  return { kind: 'run', request: { ...run, replaces: box.id } };
}

const again = (name: string) => `agentbox run --resume --name ${name}`;

function taken(name: string, why: string, next: readonly string[]): UserError {
  return new UserError('box', `there is a box ${name} already`, { why, next: [...next, 'or another --name'] });
}

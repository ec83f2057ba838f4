import type { RunFlags } from '../config/flags.ts';
import { UsageError, UserError } from '../errors.ts';
import type { RunCommand } from './run.ts';

/** How a box was asked for, as its label keeps it: enough to start it again. No value of a variable is in it. */
interface Recipe {
  readonly flags: Omit<RunFlags, 'env'>;
  /** The names of the variables that came by `--env`. */
  readonly env: readonly string[];
  readonly args: readonly string[];
  readonly scratch: boolean;
  readonly keep: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

type Asked = Pick<RunCommand, 'flags' | 'args' | 'scratch' | 'timeout' | 'keep'>;

/** The recipe of a run as the text of a label. Pure. */
export function recipeOf({ flags: { env, ...flags }, args, scratch, timeout, keep = false }: Asked): string {
  const recipe: Recipe = {
    ...{ flags, env: Object.keys(env), args, scratch, keep },
    ...(timeout === undefined ? {} : { timeout }),
  };
  return JSON.stringify(recipe);
}

/** A box that is to be started anew, as its labels tell of it. */
export interface StartedBefore {
  readonly name: string;
  readonly client: string;
  readonly project: string;
  readonly agent: string;
  readonly asked: string;
  /** It was never started: its arguments are still to be done. */
  readonly fresh: boolean;
}

/**
 * The run that starts a box anew: as it was asked for, and over that what is asked now. Throws UsageError where variables are
 * missing, whose values are kept nowhere, and UserError for another client, project or agent than the box has.
 */
export function runAgain(now: RunCommand, box: StartedBefore): RunCommand {
  const recipe = read(box);
  const { client, agent } = now.flags;
  if (client !== undefined && client !== box.client) throw other(box, 'client', box.client, client);
  if (agent !== undefined && agent !== box.agent) throw other(box, 'agent', box.agent, agent);
  const missing = recipe.env.filter((name) => !Object.hasOwn(now.flags.env, name));
  if (missing.length > 0) {
    const again = missing.map((name) => `--env ${name}`).join(' ');
    throw new UsageError(`${box.name} was asked for with ${again}, whose value is kept nowhere`, [
      `agentbox run ${box.fresh ? '' : '--resume '}--name ${box.name} ${again}`,
    ]);
  }
  // A conversation goes on by itself; a command of a shell has none, and is done again.
  const repeats = box.fresh || box.agent === 'shell';
  return {
    ...now,
    flags: { ...merged(recipe.flags, now.flags), client: box.client, agent: box.agent },
    ...{ dir: box.project, scratch: recipe.scratch, name: box.name },
    args: now.args.length === 0 && repeats ? recipe.args : now.args,
    timeout: now.timeout ?? recipe.timeout,
    keep: (now.keep ?? false) || recipe.keep,
    resume: !box.fresh,
  };
}

/** What is said now counts; lists and tables where anything is said at all. */
function merged(before: Recipe['flags'], now: RunFlags): RunFlags {
  const said = Object.entries(now).filter(([, value]) => value !== undefined && !isEmpty(value));
  return { ...before, env: now.env, ...Object.fromEntries(said) };
}

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function read({ name, asked }: StartedBefore): Recipe {
  try {
    const recipe = JSON.parse(asked) as Recipe;
    if (Array.isArray(recipe.args) && Array.isArray(recipe.env)) return recipe;
  } catch {
    // An agentbox that kept none made it.
  }
  throw new UserError('box', `${name} does not say how it was asked for, so it cannot be started again`, {
    why: 'an older agentbox made it',
    next: [`agentbox rm ${name}`, 'agentbox run --resume'],
  });
}

function other(box: StartedBefore, what: string, has: string, asked: string): UserError {
  return new UserError('refused', `${box.name} is a box of ${what} ${has}, not ${asked}`, {
    next: [`agentbox run --resume --name ${box.name}`, 'or another --name'],
  });
}

import { loadConfig } from '../config/load.ts';
import type { Context } from '../context.ts';
import { CancelledError, UsageError, UserError } from '../errors.ts';
import { say } from '../ui/io.ts';
import type { Asking, Given } from './ask.ts';
import { hasOwnLogin, look } from './look.ts';
import { nextSteps, type Ready, runQuestion } from './nextSteps.ts';
import type { Questions } from './questions.ts';
import { setUp } from './setUp.ts';
import { foundInWords } from './tell.ts';

/** The options of `agentbox init`, already checked. */
export interface InitOptions {
  readonly given: Given;
  /** Nobody is asked. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** False: without making the image. */
  readonly build: boolean;
}

/** What follows the settings. */
export interface AfterInit {
  readonly build: (context: Context, ready: Ready) => Promise<void>;
  /** Both give the exit code. */
  readonly login: (context: Context, ready: Ready) => Promise<number>;
  readonly run: (context: Context, ready: Ready) => Promise<number>;
}

const WITHOUT = [
  'agentbox init --yes --client acme --agent claude --key-from env:ANTHROPIC_API_KEY --allow npm',
  'agentbox init --help',
];

/**
 * Sets a client up: looks, asks, shows what it would write, writes it, makes the image and offers a run. Gives the exit code. Nothing is
 * written before the last question; throws UsageError where there is nobody to ask, and CancelledError on Ctrl-C or a no.
 */
export async function init(
  context: Context,
  options: InitOptions,
  questions: Questions,
  after: AfterInit,
): Promise<number> {
  const { io, paths } = context;
  if (!options.yes && !(io.inIsTerminal && io.errIsTerminal)) {
    throw new UsageError('there is no terminal to ask questions at', WITHOUT);
  }
  const config = await context.config();
  const found = await look(context, config, options.given.engine);
  for (const line of foundInWords(found, config, paths.home, io.columns || 80)) say(io, line);
  const hasLogin: Asking['hasLogin'] = (profile, agent) => hasOwnLogin(profile, agent, context);
  const asked = options.yes ? undefined : questions;
  const asking: Asking = { found, config, given: options.given, questions: asked, hasLogin };
  const ready = await setUp(context, asking, options.dryRun).catch((error: unknown) => {
    if (error instanceof CancelledError || error instanceof UserError) say(io, 'agentbox: nothing was written');
    throw error;
  });
  if (ready === undefined) return 0;
  // What was read before is older than what is written now.
  const fresh: Context = { ...context, config: () => loadConfig(paths) };
  if (found.engine !== undefined && options.build) {
    await after.build(fresh, ready).catch((error: unknown) => {
      if (error instanceof UserError) say(io, 'agentbox: the settings are written, and the image is not made:');
      throw error;
    });
  }
  const steps = [
    ...(found.engine === undefined ? ['agentbox doctor, until an engine works'] : []),
    ...nextSteps(ready),
  ];
  const tell = () => {
    for (const [index, step] of steps.entries()) say(io, `${index === 0 ? 'next:' : '     '} ${step}`);
  };
  const lacks = [...ready.keys, ...ready.limits];
  const canRun = !options.yes && found.engine !== undefined && ready.isProject && lacks.length === 0;
  const starts = canRun && (await questions.yes(runQuestion(ready), true).catch(toldFirst(tell)));
  if (starts) return start(fresh, ready, after);
  tell();
  return 0;
}

async function start(context: Context, ready: Ready, { login, run }: AfterInit): Promise<number> {
  const code = ready.logins.includes(ready.agent) ? await login(context, ready) : 0;
  return code === 0 ? run(context, ready) : code;
}

/** Throws what was thrown, after it was told how to go on. */
function toldFirst(tell: () => void): (error: unknown) => never {
  return (error) => {
    tell();
    throw error;
  };
}

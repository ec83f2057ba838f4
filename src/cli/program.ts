import { Command, CommanderError } from 'commander';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { setVolume } from '../ui/io.ts';
import { VERSION } from '../version.ts';
import { registerBoxes } from './boxes.ts';
import { registerBuild } from './build.ts';
import { registerClient } from './client.ts';
import { registerCompletion } from './completion.ts';
import { registerConfig } from './config.ts';
import { registerCreds } from './creds.ts';
import { registerDoctor } from './doctor.ts';
import { checkCommand, helpLayout, helpWords } from './help.ts';
import { registerImages } from './images.ts';
import { registerInit } from './init.ts';
import { registerLogin } from './login.ts';
import { registerNet } from './net.ts';
import { pathOf, placeOf } from './place.ts';
import { registerReview } from './review.ts';
import { registerRun } from './run.ts';
import { registerSync } from './sync.ts';
import { registerTrust } from './trust.ts';
import { registerUsage } from './usage.ts';
import { registerVerify } from './verify.ts';

/** What a command's action leaves behind: the exit code, 0 when it sets none. */
export interface Outcome {
  code: number;
}

/** Reads the command line and runs the command; gives the exit code. Everything after the first `--` goes to the agent. */
export async function runProgram(argv: readonly string[], context: Context): Promise<number> {
  const split = argv.indexOf('--');
  const own = helpWords(split === -1 ? argv : argv.slice(0, split));
  const rest = split === -1 ? [] : argv.slice(split + 1);
  const outcome: Outcome = { code: 0 };
  const program = makeProgram(context, rest, outcome);
  const place = placeOf(program, own);
  checkCommand(place);
  try {
    await program.parseAsync(own, { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return commanderExit(error, pathOf(place.command));
    throw error;
  }
}

/** All commands with their options; `rest` is what follows `--`. */
export function makeProgram(context: Context, rest: readonly string[], outcome: Outcome): Command {
  const { io } = context;
  const program = new Command('agentbox')
    .version(VERSION, '-V, --version', 'print the version')
    .option('-q, --quiet', 'only data, errors and what needs your eyes')
    .option('-v, --verbose', 'say what is done, with times')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp(helpLayout)
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      // Told by whoever catches it.
      outputError: () => {},
      getOutHelpWidth: () => helpWidth(io.columns),
      getErrHelpWidth: () => helpWidth(io.columns),
    })
    .hook('preAction', () => setVolume(io, program.opts()));
  registerInit(program, context, outcome);
  registerRun(program, context, rest, outcome);
  registerBuild(program, context);
  registerImages(program, context);
  registerCreds(program, context);
  registerLogin(program, context, outcome);
  registerClient(program, context);
  registerConfig(program, context);
  registerBoxes(program, context, rest, outcome);
  registerTrust(program, context);
  registerSync(program, context);
  registerReview(program, context, rest, outcome);
  registerNet(program, context, outcome);
  registerUsage(program, context);
  registerVerify(program, context, outcome);
  registerDoctor(program, context, outcome);
  registerCompletion(program, context, rest);
  return program;
}

/** Columns of help: a terminal that was never told its size says 0. */
const helpWidth = (columns: number) => Math.min(columns || 80, 100);

function commanderExit(error: CommanderError, path: string): number {
  if (error.exitCode === 0) return 0;
  // A command without the one below it: its help was printed.
  if (error.code === 'commander.help') return 2;
  const words = error.message.replace(/^error: /, '');
  // What was mistyped may be an option that takes a secret: --evn=TOKEN=value.
  const [message = '', ...more] = words.replace(/^(unknown option '[^=]*)=.*'/s, "$1'").split('\n');
  throw new UsageError(message.replace(/\.$/, ''), [
    ...more.filter((line) => line !== '').map((line) => line.replace(/[()]/g, '').replace(/^Did/, 'did')),
    `${path} --help`,
  ]);
}

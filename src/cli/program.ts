import { Command, CommanderError } from 'commander';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { registerBoxes } from './boxes.ts';
import { registerBuild } from './build.ts';
import { registerClient } from './client.ts';
import { registerConfig } from './config.ts';
import { registerCreds } from './creds.ts';
import { registerDoctor } from './doctor.ts';
import { registerImages } from './images.ts';
import { registerInit } from './init.ts';
import { registerLogin } from './login.ts';
import { registerNet } from './net.ts';
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
  const own = split === -1 ? argv : argv.slice(0, split);
  const rest = split === -1 ? [] : argv.slice(split + 1);
  const outcome: Outcome = { code: 0 };
  const program = makeProgram(context, rest, outcome);
  try {
    await program.parseAsync(own, { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return commanderExit(error);
    throw error;
  }
}

function makeProgram(context: Context, rest: readonly string[], outcome: Outcome): Command {
  const program = new Command('agentbox')
    .description('Run an AI coding agent on a project, in a container it cannot get out of, as exactly one client.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => context.io.out.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(context.io.columns, 100),
    })
    .addHelpText('after', EXAMPLES);
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
  return program;
}

const EXAMPLES = `
Examples:
  agentbox run                                   the default agent on this folder
  agentbox run --client acme ./proj              as client acme
  agentbox run . -- -p "fix the failing tests"   one shot; the exit code is the agent's
  agentbox run --agent shell . -- make test      a command in the box
`;

function commanderExit(error: CommanderError): number {
  if (error.exitCode === 0) return 0;
  const words = error.message.replace(/^error: /, '');
  // What was mistyped may be an option that takes a secret: --evn=TOKEN=value.
  const [message = '', ...more] = words.replace(/^(unknown option '[^=]*)=.*'/s, "$1'").split('\n');
  throw new UsageError(message, [
    ...more.filter((line) => line !== '').map((line) => line.replace(/[()]/g, '')),
    'agentbox --help',
  ]);
}

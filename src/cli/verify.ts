import type { Command } from 'commander';
import type { RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import { choice } from './options.ts';
import type { Outcome } from './program.ts';
import { CLIENT, ENGINE, examples, JSON_OUTPUT } from './words.ts';

interface VerifyOptions extends Pick<RunFlags, 'client' | 'engine' | 'runtime' | 'network'> {
  readonly json?: boolean;
}

/** `agentbox verify`: attacks a box on this machine, to see that its walls hold. */
export function registerVerify(program: Command, context: Context, outcome: Outcome): void {
  program
    .command('verify')
    .summary('attack a box on this machine, and see what holds')
    .description(
      'Start a box exactly as run would, attack it from inside, and print a row for each attempt: green when it held, red ' +
        'when it did not. The client’s secrets stay out of it. The exit code is 1 when anything is red or cannot be told.',
    )
    .option('-c, --client <name>', CLIENT)
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--runtime <name>', 'the OCI runtime: auto, runsc, runc, …')
    .option('--network <mode>', 'gateway | none | open (default: the client’s own)', choice('gateway', 'none', 'open'))
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(
        ['agentbox verify', 'as client of this folder'],
        ['agentbox verify --client acme --json', 'for a report'],
      ),
    )
    .action(async ({ json, client, engine, runtime, network }: VerifyOptions) => {
      const { verifyCommand } = await import('../verify/command.ts');
      const flags = { client, engine, runtime, network };
      outcome.code = await verifyCommand(context, { flags, json: json ?? false });
    });
}

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Outcome } from './program.ts';
import { examples, JSON_OUTPUT } from './words.ts';

/** `agentbox doctor`: what is wrong with this machine, and what mends it. */
export function registerDoctor(program: Command, context: Context, outcome: Outcome): void {
  program
    .command('doctor')
    .summary('look for what is wrong here, and say what mends it')
    .description(
      'Look at settings, engines, runtimes, limits, kernel, keychain, disk, network, gateways, images and leftovers. Each ' +
        'finding comes with what mends it. Changes nothing; the exit code is 1 when something does not work.',
    )
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(['agentbox doctor', ''], ['agentbox doctor --json | jq \'.findings[] | select(.grade != "ok")\'', '']),
    )
    .action(async (options: { json?: boolean }) => {
      const { doctor } = await import('../doctor/command.ts');
      outcome.code = await doctor(context, options);
    });
}

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { UsageOptions } from '../usage/command.ts';
import { BY } from '../usage/summary.ts';
import { choice } from './options.ts';
import { examples, JSON_OUTPUT } from './words.ts';

/** `agentbox usage`. */
export function registerUsage(program: Command, context: Context): void {
  program
    .command('usage')
    .summary('show the tokens that clients used, and their cost')
    .description(
      'Show the tokens that clients used, and what they cost at list prices. The numbers are those of the agents’ own ' +
        'logs; where an agent left none, those of the replies that the gateway carried.',
    )
    .option('-c, --client <name>', 'only of this client (default: of all)')
    .option('--since <time>', '7d, 12h, today or a day such as 2026-11-01 (default: from the beginning)')
    .option('--by <what>', BY.join(' | '), choice(...BY), 'day')
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(
        ['agentbox usage --since 7d', 'a line for each day'],
        ['agentbox usage --by client --json', 'for a bill'],
      ),
    )
    .action(async (options: UsageOptions) => (await import('../usage/command.ts')).usage(context, options));
}

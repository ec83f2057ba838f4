import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Outcome } from './program.ts';
import { examples, REVIEWED } from './words.ts';

/** `agentbox diff|apply|discard`: the review of a clone, and of what was moved aside. */
export function registerReview(program: Command, context: Context, rest: readonly string[], outcome: Outcome): void {
  program
    .command('diff')
    .summary('show what a clone has that the project does not')
    .description('Show what a clone has that the project does not, as a patch. Of a bind box: what was moved aside.')
    .usage('[box|dir] [options] [-- PATH…]')
    .argument('[box|dir]', REVIEWED)
    .option('--stat', 'a line for each file')
    .option('--summary', 'commits, files, what to look at, secrets')
    .option('--json', 'the summary as JSON')
    .addHelpText(
      'after',
      examples(
        ['agentbox diff', 'the clone of this folder'],
        ['agentbox diff --summary', 'commits, files, what to look at'],
        ['agentbox diff shop-claude-3f2a -- src', 'of one box, one folder'],
        ['agentbox diff > shop.patch', 'for git apply --3way'],
      ),
    )
    .action(async (target: string | undefined, options: { stat?: boolean; summary?: boolean; json?: boolean }) => {
      const { diffCommand } = await import('../workspace/review/diffCommand.ts');
      await diffCommand(context, target, { ...options, paths: rest });
    });
  program
    .command('apply')
    .summary('bring what a clone has into the project')
    .description(
      'Bring what a clone has into the project: commits as commits, the rest as changes. All of it or nothing.',
    )
    .usage('[box|dir] [options] [-- PATH…]')
    .argument('[box|dir]', REVIEWED)
    .option('--patch', 'the changes alone, no commits')
    .option('--allow-risky', 'also what would need a yes of its own')
    .option('-y, --yes', 'do not ask whether to go on')
    .option('--dry-run', 'say what would land, do nothing')
    .option('--json', 'what landed as JSON')
    .addHelpText(
      'after',
      examples(
        ['agentbox apply --dry-run', 'what would land'],
        ['agentbox apply', 'show it, ask, bring it in'],
        ['agentbox apply --patch -- src', 'changes below src, as changes'],
      ),
    )
    .action(async (target: string | undefined, options: ApplyFlags) => {
      const { applyCommand } = await import('../workspace/review/applyCommand.ts');
      outcome.code = await applyCommand(context, target, { ...options, paths: rest });
    });
  program
    .command('discard')
    .summary('throw away what a clone has')
    .description('Throw away what a clone has. The project stays as it is.')
    .argument('[box|dir]', REVIEWED)
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        ['agentbox discard', 'the clone of this folder'],
        ['agentbox discard -y shop-claude-3f2a', 'without a question'],
      ),
    )
    .action(async (target: string | undefined, options: { yes?: boolean }) => {
      const { discardCommand } = await import('../workspace/review/discardCommand.ts');
      await discardCommand(context, target, options);
    });
}

interface ApplyFlags {
  patch?: boolean;
  allowRisky?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

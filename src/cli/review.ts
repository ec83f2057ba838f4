import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Outcome } from './program.ts';

/** `agentbox diff|apply|discard`: the review of a clone, and of what was moved aside. */
export function registerReview(program: Command, context: Context, rest: readonly string[], outcome: Outcome): void {
  program
    .command('diff')
    .description(
      'Show what a clone has that the project does not, as a patch. What is moved aside of a bind box is listed.',
    )
    .usage('[box|dir] [options] [-- PATH…]')
    .argument('[box|dir]', 'a box, or the one workspace of a folder (default: of this one)')
    .option('--stat', 'a line for each file')
    .option('--summary', 'commits, files, what to look at, secrets')
    .option('--json', 'the summary as JSON')
    .action(async (target: string | undefined, options: { stat?: boolean; summary?: boolean; json?: boolean }) => {
      const { diffCommand } = await import('../workspace/review/diffCommand.ts');
      await diffCommand(context, target, { ...options, paths: rest });
    });
  program
    .command('apply')
    .description(
      'Bring what a clone has into the project: commits as commits, the rest as changes. All of it or nothing.',
    )
    .usage('[box|dir] [options] [-- PATH…]')
    .argument('[box|dir]', 'a box, or the one workspace of a folder (default: of this one)')
    .option('--patch', 'the changes alone, no commits')
    .option('--allow-risky', 'what would need a yes of its own as well')
    .option('-y, --yes', 'do not ask whether to go on')
    .option('--dry-run', 'say what would land, do nothing')
    .option('--json', 'what landed as JSON')
    .action(async (target: string | undefined, options: ApplyFlags) => {
      const { applyCommand } = await import('../workspace/review/applyCommand.ts');
      outcome.code = await applyCommand(context, target, { ...options, paths: rest });
    });
  program
    .command('discard')
    .description('Throw away what a clone has. The project stays as it is.')
    .argument('[box|dir]', 'a box, or the one workspace of a folder (default: of this one)')
    .option('-y, --yes', 'do not ask')
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

import type { Command } from 'commander';
import type { PruneOptions } from '../box/prune.ts';
import type { Context } from '../context.ts';
import type { Outcome } from './program.ts';

type EngineOption = { engine?: 'docker' | 'podman' };

/** `agentbox ls|attach|exec|logs|stop|rm|prune`: boxes that are there, whoever started them. */
export function registerBoxes(program: Command, context: Context, rest: readonly string[], outcome: Outcome): void {
  const commands = () => import('../box/commands.ts');
  program
    .command('ls')
    .description('List boxes.')
    .option('-c, --client <name>', 'only those of a client')
    .option('--engine <name>', 'docker | podman')
    .option('--json', 'as JSON')
    .action(async (options: EngineOption & { client?: string; json?: boolean }) =>
      (await commands()).list(context, options),
    );
  program
    .command('attach')
    .description('Attach this terminal to a running box.')
    .argument('<box>', 'its name, id, or the end of its name')
    .option('--engine <name>', 'docker | podman')
    .action(async (box: string, options: EngineOption) => {
      outcome.code = await (await commands()).attach(context, box, options);
    });
  program
    .command('exec')
    .description('Run a command in a running box. The agent’s credentials are not in its environment.')
    .usage('<box> -- COMMAND…')
    .argument('<box>', 'its name, id, or the end of its name')
    .option('--engine <name>', 'docker | podman')
    .action(async (box: string, options: EngineOption) => {
      outcome.code = await (await commands()).execIn(context, box, rest, options);
    });
  program
    .command('logs')
    .description('Show what a box printed.')
    .argument('<box>', 'its name, id, or the end of its name')
    .option('-f, --follow', 'and what it prints from now on')
    .option('--engine <name>', 'docker | podman')
    .action(async (box: string, options: EngineOption & { follow?: boolean }) =>
      (await commands()).logs(context, box, options),
    );
  program
    .command('stop')
    .description('Stop boxes; they stay listed until removed.')
    .argument('<box...>', 'their names, ids, or the ends of their names')
    .option('--engine <name>', 'docker | podman')
    .action(async (boxes: string[], options: EngineOption) => (await commands()).stop(context, boxes, options));
  program
    .command('rm')
    .description('Remove boxes, and clones that were reviewed. The project and the agent’s state stay.')
    .argument('<box...>', 'their names, ids, or the ends of their names')
    .option('-f, --force', 'running ones too, and work that nobody has reviewed')
    .option('--engine <name>', 'docker | podman')
    .action(async (boxes: string[], options: EngineOption & { force?: boolean }) =>
      (await commands()).remove(context, boxes, options),
    );
  program
    .command('prune')
    .description('Remove boxes that ended, with their workspaces. What nobody has reviewed stays.')
    .option('-c, --client <name>', 'only those of a client')
    .option('-f, --force', 'what nobody has reviewed as well')
    .option('--dry-run', 'print what would be removed, do nothing')
    .option('--engine <name>', 'docker | podman')
    .option('--json', 'as JSON')
    .action(async (options: PruneOptions) => (await import('../box/prune.ts')).prune(context, options));
}

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { memorySize } from './options.ts';

/** `agentbox sync`: the commits of bind boxes, also while they run. */
export function registerSync(program: Command, context: Context): void {
  program
    .command('sync')
    .description(
      'Bring the commits of boxes to your repository, also while they run; the end of a run does it by itself.',
    )
    .argument('[box|dir]', 'a box, or the boxes of a folder (default: of this one)')
    .option('-c, --client <name>', 'only those of a client')
    .option('--max-size <size>', 'how large new objects may be, packed (default: 2g)', memorySize)
    .option('--json', 'as JSON')
    .action(async (target: string | undefined, options: { client?: string; maxSize?: number; json?: boolean }) => {
      const { syncCommand } = await import('../workspace/sync/command.ts');
      await syncCommand(context, {
        ...{ target, client: options.client, maxPack: options.maxSize, json: options.json ?? false },
      });
    });
}

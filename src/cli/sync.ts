import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { memorySize } from './options.ts';
import { examples, JSON_OUTPUT, ONLY_CLIENT } from './words.ts';

/** `agentbox sync`: the commits of bind boxes, also while they run. */
export function registerSync(program: Command, context: Context): void {
  program
    .command('sync')
    .summary('bring the commits of boxes here now')
    .description(
      'Bring the commits of bind boxes to your repository, while they run too. The end of a run does it by itself.',
    )
    .argument('[box|dir]', 'a box, or the boxes of a folder (default: of this one)')
    .option('-c, --client <name>', ONLY_CLIENT)
    .option('--max-size <size>', 'how large new objects may be, packed (default: 2g)', memorySize)
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(['agentbox sync', 'the boxes of this folder'], ['agentbox sync shop-claude-3f2a', 'one box']),
    )
    .action(async (target: string | undefined, options: { client?: string; maxSize?: number; json?: boolean }) => {
      const { syncCommand } = await import('../workspace/sync/command.ts');
      await syncCommand(context, {
        ...{ target, client: options.client, maxPack: options.maxSize, json: options.json ?? false },
      });
    });
}

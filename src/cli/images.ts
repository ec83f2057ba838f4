import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { choice } from './options.ts';
import { ENGINE, examples, JSON_OUTPUT } from './words.ts';

interface Options {
  readonly engine?: 'docker' | 'podman';
  readonly json?: boolean;
}

/** `agentbox images ls|prune`: the images that agentbox built. */
export function registerImages(program: Command, context: Context): void {
  const commands = () => import('../image/imagesCommand.ts');
  const images = program
    .command('images')
    .summary('list and remove images')
    .description('The images that agentbox built.');
  images
    .command('ls')
    .description('List them: what each is, how large, how old, and who uses it.')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--json', JSON_OUTPUT)
    .addHelpText('after', examples(['agentbox images ls', '']))
    .action(async (options: Options) => (await commands()).listCommand(context, options));
  images
    .command('prune')
    .description('Remove those that no client’s settings lead to and no box runs on. What you built on them stays.')
    .option('--dry-run', 'say what would be removed, do nothing')
    .option('-y, --yes', 'do not ask')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(
        ['agentbox images prune --dry-run', 'what would go'],
        ['agentbox images prune -y', 'without a question'],
      ),
    )
    .action(async (options: Options & { dryRun?: boolean; yes?: boolean }) =>
      (await commands()).pruneCommand(context, options),
    );
}

import type { Command } from 'commander';
import type { TrustOptions } from '../config/projectFile/trustCommand.ts';
import type { Context } from '../context.ts';
import { CLIENT, examples, PROJECT } from './words.ts';

/** `agentbox trust|untrust`: what a project may widen by its .agentbox.yaml. */
export function registerTrust(program: Command, context: Context): void {
  const commands = () => import('../config/projectFile/trustCommand.ts');
  program
    .command('trust')
    .summary('let a project’s .agentbox.yaml widen its box')
    .description('Show the .agentbox.yaml of a project and let it widen the box, as long as it stays as it is.')
    .usage('[dir] [options]')
    .argument('[dir]', PROJECT)
    .option('-c, --client <name>', CLIENT)
    .option('-y, --yes', 'do not ask')
    .option('--list', 'list what is trusted, and whether it is still the same')
    .option('--json', 'with --list: as JSON')
    .addHelpText(
      'after',
      examples(
        ['agentbox trust', 'show what it would widen, and ask'],
        ['agentbox trust --list', 'what is trusted now'],
      ),
    )
    .action(async (dir: string | undefined, options: TrustOptions & { list?: boolean; json?: boolean }) => {
      const { trust, trusted } = await commands();
      await (options.list ? trusted(context, options) : trust(context, dir, options));
    });
  program
    .command('untrust')
    .summary('take trust in a project back')
    .description('Forget that a project’s .agentbox.yaml is trusted, and that its devcontainer.json was agreed to.')
    .usage('[dir] [options]')
    .argument('[dir]', PROJECT)
    .option('-c, --client <name>', CLIENT)
    .addHelpText('after', examples(['agentbox untrust', 'the project of this folder']))
    .action(async (dir: string | undefined, options: TrustOptions) =>
      (await commands()).untrust(context, dir, options),
    );
}

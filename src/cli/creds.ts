import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { CredsOptions } from '../credentials/commands.ts';
import type { StoreKind } from '../credentials/store.ts';
import { choice } from './options.ts';
import { CLIENT, examples, JSON_OUTPUT } from './words.ts';

/** `agentbox creds [set|rm]`: what each agent would get, from where; values that agentbox keeps. */
export function registerCreds(program: Command, context: Context): void {
  const creds = program
    .command('creds')
    .summary('what credentials each agent would get; set and remove them')
    .description(
      'Show which credentials each agent would get, from where, how, and until when; never a value. ' +
        'It reads every source, so a keychain may ask.',
    )
    // Else the options of `set` and `rm` that have the same name would be taken for those of `creds`.
    .enablePositionalOptions()
    .option('-c, --client <name>', CLIENT)
    .option('-a, --agent <name>', 'of this agent only')
    .option('--all', 'of every client')
    .option('--fresh', 'put logins and credential files in again, over its own')
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(
        ['agentbox creds', 'of the client of this folder'],
        ['agentbox creds --all', 'of every client'],
        ['agentbox creds set GITHUB_TOKEN', 'asks for it, unseen'],
        ['agentbox creds --fresh', 'after a new login on this machine'],
      ),
    )
    .action(async (options: CredsOptions) => {
      const { showCredentials } = await import('../credentials/commands.ts');
      await showCredentials(context, options, async (request, frames) => {
        const { injectFrames } = await import('../box/inject.ts');
        await injectFrames(context, request, frames);
      });
    });
  const commands = () => import('../credentials/storeCommands.ts');
  creds
    .command('set')
    .summary('keep the value of a credential for a client')
    .description(
      'Keep the value of a credential for a client, and name it in the configuration. The value is asked for, unseen, ' +
        'or read from standard input; never given on the command line.',
    )
    .usage('NAME [options]')
    .argument('[name...]', 'the variable that the agent finds it in')
    .option('-c, --client <name>', CLIENT)
    .option('--store <where>', 'keychain (the default) | file, which is not encrypted', choice('keychain', 'file'))
    .addHelpText(
      'after',
      examples(
        ['agentbox creds set ANTHROPIC_API_KEY --client acme', 'asks for it'],
        ['pass show acme | agentbox creds set GITHUB_TOKEN', ''],
      ),
    )
    .action(async (words: string[], _: unknown, command: Command) =>
      (await commands()).setCredential(
        context,
        words,
        command.optsWithGlobals<{ client?: string; store?: StoreKind }>(),
      ),
    );
  creds
    .command('rm')
    .summary('remove a credential that agentbox keeps')
    .description('Remove a credential that agentbox keeps, and its line in the configuration.')
    .usage('NAME [options]')
    .argument('[name...]', 'the variable')
    .option('-c, --client <name>', CLIENT)
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples(['agentbox creds rm GITHUB_TOKEN --client acme', '']))
    .action(async (words: string[], _: unknown, command: Command) =>
      (await commands()).removeCredential(
        context,
        words,
        command.optsWithGlobals<{ client?: string; yes?: boolean }>(),
      ),
    );
  program.command('__keyring', { hidden: true }).action(async () => {
    await (await import('../credentials/sources/keyringChild.ts')).keyringChild(context);
  });
}

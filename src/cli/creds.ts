import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { CredsOptions } from '../credentials/commands.ts';

/** `agentbox creds`: what each agent would get, from where. */
export function registerCreds(program: Command, context: Context): void {
  program
    .command('creds')
    .summary('show what credentials each agent would get')
    .description(
      'Show which credentials each agent would get, from where, how, and until when; never a value. ' +
        'It reads every source, so a keychain may ask.',
    )
    .option('-c, --client <name>', 'the client (default: the owner of this folder, else "default")')
    .option('-a, --agent <name>', 'of this agent only')
    .option('--fresh', 'read logins and credential files again, and put them over those that the client has')
    .option('--json', 'as JSON')
    .action(async (options: CredsOptions) => {
      const { showCredentials } = await import('../credentials/commands.ts');
      await showCredentials(context, options, async (request, frames) => {
        const { injectFrames } = await import('../box/inject.ts');
        await injectFrames(context, request, frames);
      });
    });
}

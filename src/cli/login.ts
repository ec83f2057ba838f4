import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { LoginOptions } from '../credentials/loginCommand.ts';
import { choice } from './options.ts';
import type { Outcome } from './program.ts';
import { CLIENT, ENGINE, examples } from './words.ts';

/** `agentbox login`: an agent's own login, made in a box of the client and kept there. */
export function registerLogin(program: Command, context: Context, outcome: Outcome): void {
  program
    .command('login')
    .summary('log an agent in, for one client')
    .description(
      'Run the agent’s own login in a box of the client. The login stays in the client and renews itself there.',
    )
    .usage('[dir] [options]')
    .argument('[dir]', 'a project for the box (default: an empty folder)')
    .option('-c, --client <name>', CLIENT)
    .option('-a, --agent <name>', 'the agent (default: that of the client)')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .addHelpText(
      'after',
      examples(
        ['agentbox login', 'the client of this folder, its agent'],
        ['agentbox login --client acme -a codex', 'one agent of one client'],
      ),
    )
    .action(async (dir: string | undefined, options: LoginOptions) => {
      const [{ login }, { runCommand }] = await Promise.all([
        import('../credentials/loginCommand.ts'),
        import('../box/run.ts'),
      ]);
      outcome.code = await login(context, { ...options, dir }, runCommand);
    });
}

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { LoginOptions } from '../credentials/loginCommand.ts';
import type { Outcome } from './program.ts';

/** `agentbox login`: an agent's own login, made in a box of the client and kept there. */
export function registerLogin(program: Command, context: Context, outcome: Outcome): void {
  program
    .command('login')
    .summary('log an agent in, for one client')
    .description(
      'Run the agent’s own login in a box of the client. The login stays in the client and renews itself there.',
    )
    .usage('[dir] [options]')
    .argument('[dir]', 'a project of the client for the box (default: an empty folder)')
    .option('-c, --client <name>', 'the client (default: the owner of this folder, else "default")')
    .option('-a, --agent <name>', 'the agent (default: that of the client)')
    .option('--engine <name>', 'docker | podman')
    .action(async (dir: string | undefined, options: LoginOptions) => {
      const [{ login }, { runCommand }] = await Promise.all([
        import('../credentials/loginCommand.ts'),
        import('../box/run.ts'),
      ]);
      outcome.code = await login(context, { ...options, dir }, runCommand);
    });
}

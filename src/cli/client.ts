import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { collect } from './options.ts';
import { examples, JSON_OUTPUT } from './words.ts';

/** `agentbox client add|ls|show|rm|reset|export`: compartments and their state. */
export function registerClient(program: Command, context: Context): void {
  const commands = () => import('../state/commands.ts');
  const client = program
    .command('client')
    .summary('clients: each with its own credentials, state, projects')
    .description('Clients: each has its own credentials, agent state and projects.');
  client
    .command('add')
    .description('Add a client to the configuration.')
    .argument('<name>', 'lower case, digits and -')
    .option('-p, --project <dir>', 'a folder whose projects belong to it; may come several times', collect, [])
    .addHelpText('after', examples(['agentbox client add acme -p ~/work/acme', '']))
    .action(async (name: string, options: { project: string[] }) => (await commands()).add(context, name, options));
  client
    .command('ls')
    .description('List clients.')
    .option('--json', JSON_OUTPUT)
    .addHelpText('after', examples(['agentbox client ls', '']))
    .action(async (options: { json?: boolean }) => (await commands()).list(context, options));
  client
    .command('show')
    .description('Show the settings of a client and where its state is.')
    .argument('<name>', 'the client')
    .option('--json', JSON_OUTPUT)
    .addHelpText('after', examples(['agentbox client show acme', '']))
    .action(async (name: string, options: { json?: boolean }) => (await commands()).show(context, name, options));
  client
    .command('rm')
    .description('Remove a client with all its state.')
    .argument('<name>', 'the client')
    .option('-y, --yes', 'do not ask')
    .option('-f, --force', 'work of its boxes that nobody has reviewed too')
    .addHelpText('after', examples(['agentbox client rm acme', '']))
    .action(async (name: string, options: { yes?: boolean; force?: boolean }) =>
      (await commands()).remove(context, name, options),
    );
  client
    .command('reset')
    .description('Remove logins, conversations and settings; the client stays.')
    .argument('<name>', 'the client')
    .option('-a, --agent <name>', 'of this agent only')
    .option('-y, --yes', 'do not ask')
    .option('-f, --force', 'though work of its boxes is not reviewed; that stays')
    .addHelpText('after', examples(['agentbox client reset acme -a claude', 'claude starts afresh']))
    .action(async (name: string, options: { force?: boolean; agent?: string; yes?: boolean }) =>
      (await commands()).reset(context, name, options),
    );
  client
    .command('export')
    .description('Write the state of a client to a tar.gz.')
    .argument('<name>', 'the client')
    .option('-o, --output <file>', 'the file to make')
    .option('--with-logins', 'the agents’ logins too')
    .addHelpText('after', examples(['agentbox client export acme -o acme.tar.gz', '']))
    .action(async (name: string, options: { output?: string; withLogins?: boolean }) =>
      (await commands()).exportState(context, name, options),
    );
}

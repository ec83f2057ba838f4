import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { examples, JSON_OUTPUT } from './words.ts';

/** `agentbox config path|show|schema|validate`: the configuration file. */
export function registerConfig(program: Command, context: Context): void {
  const commands = () => import('../config/commands.ts');
  const config = program.command('config').summary('the configuration file').description('The configuration file.');
  config
    .command('path')
    .description('Print where it is.')
    .option('--json', 'as JSON, with the folder of the state')
    .addHelpText('after', examples(['$EDITOR "$(agentbox config path)"', 'open it']))
    .action(async (options: { json?: boolean }) => (await commands()).configPath(context, options));
  config
    .command('show')
    .description('Print every setting and where it comes from.')
    .option('-c, --client <name>', 'of this client (default: default)')
    .option('--json', JSON_OUTPUT)
    .addHelpText('after', examples(['agentbox config show --client acme', '']))
    .action(async (options: { client?: string; json?: boolean }) => (await commands()).configShow(context, options));
  config
    .command('schema')
    .description('Print its JSON Schema, for editors.')
    .option('--project', 'that of a project’s .agentbox.yaml')
    .option('--json', 'as it is anyway')
    .addHelpText('after', examples(['agentbox config schema > config.schema.json', '']))
    .action(async (options: { project?: boolean }) => (await commands()).configSchema(context, options));
  config
    .command('validate')
    .description('Check it, and every client in it.')
    .option('--json', JSON_OUTPUT)
    .addHelpText('after', examples(['agentbox config validate && echo good', '']))
    .action(async (options: { json?: boolean }) => (await commands()).configValidate(context, options));
}

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { BuildOptions } from '../image/buildCommand.ts';
import { choice } from './options.ts';
import { CLIENT, ENGINE, examples, JSON_OUTPUT, PROJECT } from './words.ts';

/** `agentbox build`: the images. */
export function registerBuild(program: Command, context: Context): void {
  program
    .command('build')
    .summary('build the image of an agent')
    .description('Build the image of an agent, and what it is built on. Nothing changed: nothing is built.')
    .usage('[dir] [options]')
    .argument('[dir]', PROJECT)
    .option('-c, --client <name>', CLIENT)
    .option('-a, --agent <name>', 'the agent (default: the client’s)')
    .option('--all', 'every agent that the client, or any client, may run')
    .option('--rebuild', 'the agent’s newest version, everything anew, no cache')
    .option('--devcontainer', 'with the image of devcontainer.json, once agreed to')
    .option('-y, --yes', 'agree to devcontainer.json as it is, do not ask')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--dry-run', 'print what would be built and the command lines')
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(
        ['agentbox build', 'what is missing for this folder'],
        ['agentbox build --rebuild', 'the newest version of the agent'],
        ['agentbox build --all --client acme', 'for every agent of a client'],
      ),
    )
    .action(async (dir: string | undefined, options: BuildOptions) => {
      const { buildCommand } = await import('../image/buildCommand.ts');
      await buildCommand(context, { ...options, dir });
    });
}

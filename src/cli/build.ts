import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { BuildOptions } from '../image/buildCommand.ts';
import { choice } from './options.ts';

/** `agentbox build`: the images. */
export function registerBuild(program: Command, context: Context): void {
  program
    .command('build')
    .summary('build the image of an agent')
    .description('Build the image of an agent, and those it is built on. Nothing changed: nothing is built.')
    .usage('[dir] [options]')
    .argument('[dir]', 'the project (default: this folder)')
    .option('-c, --client <name>', 'the client whose settings count (default: the owner of the folder, else "default")')
    .option('-a, --agent <name>', 'the agent (default: the client’s)')
    .option('--all', 'for every agent that the client, or without --client any client, may run')
    .option('--rebuild', 'take the agent’s newest version and build everything anew, without a cache')
    .option('--devcontainer', 'with the image of the project’s devcontainer.json, once you have agreed to it')
    .option('-y, --yes', 'agree to the devcontainer.json as it is now, do not ask')
    .option('--engine <name>', 'docker | podman', choice('docker', 'podman'))
    .option('--dry-run', 'print what would be built and the engine’s command lines, do nothing')
    .option('--json', 'as JSON')
    .action(async (dir: string | undefined, options: BuildOptions) => {
      const { buildCommand } = await import('../image/buildCommand.ts');
      await buildCommand(context, { ...options, dir });
    });
}

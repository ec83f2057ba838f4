import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { BuildOptions } from '../image/buildCommand.ts';

/** `agentbox build`: the images. */
export function registerBuild(program: Command, context: Context): void {
  program
    .command('build')
    .summary('build the image of an agent')
    .description('Build the image of an agent, and the one it is built on. Nothing changed: nothing is built.')
    .option('-c, --client <name>', 'the client whose settings count (default: "default")')
    .option('-a, --agent <name>', 'the agent (default: the client’s)')
    .option('--rebuild', 'take the agent’s newest version and build everything anew, without a cache')
    .option('--engine <name>', 'docker | podman')
    .option('--dry-run', 'print what would be built and the engine’s command lines, do nothing')
    .option('--json', 'as JSON')
    .action(async (options: BuildOptions) => {
      const { buildCommand } = await import('../image/buildCommand.ts');
      await buildCommand(context, options);
    });
}

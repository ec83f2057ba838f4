import { Argument, type Command } from 'commander';
import type { Shell } from '../completion/scripts.ts';
import type { Context } from '../context.ts';
import { print } from '../ui/io.ts';
import { examples } from './words.ts';

/** `agentbox completion`, and the hidden command that the shells ask. */
export function registerCompletion(program: Command, context: Context, rest: readonly string[]): void {
  program
    .command('completion')
    .summary('print what makes TAB work in your shell')
    .description(
      'Print what makes TAB complete commands, options, clients, agents, boxes, hosts and credentials in your shell.',
    )
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        ['source <(agentbox completion bash)', 'into ~/.bashrc'],
        ['source <(agentbox completion zsh)', 'into ~/.zshrc'],
        ['agentbox completion fish | source', 'into ~/.config/fish/config.fish'],
      ),
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import('../completion/scripts.ts');
      print(context.io, completionScript(shell).trimEnd());
    });
  program
    .command('complete', { hidden: true })
    .argument('<shell>')
    .action(async (shell: string) => {
      const { answerTab } = await import('../completion/command.ts');
      await answerTab(context, program, shell, rest);
    });
}

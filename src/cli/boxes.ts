import type { Command } from 'commander';
import type { ListOptions } from '../box/commands.ts';
import type { PruneOptions } from '../box/prune.ts';
import type { Context } from '../context.ts';
import { choice, collect, detachKeysOption } from './options.ts';
import type { Outcome } from './program.ts';
import { BOX, BOXES, ENGINE, examples, JSON_OUTPUT, ONLY_CLIENT } from './words.ts';

type EngineOption = { engine?: 'docker' | 'podman' };

/** `agentbox ls|attach|exec|cp|logs|stop|rm|prune`: boxes that are there, whoever started them, and the hidden command that a watcher is. */
export function registerBoxes(program: Command, context: Context, rest: readonly string[], outcome: Outcome): void {
  const commands = () => import('../box/commands.ts');
  program
    .command('ls')
    .description('List boxes.')
    .option('-c, --client <name>', ONLY_CLIENT)
    .option('-w, --watch', 'draw them again as they change, until q')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(['agentbox ls', 'every client'], ['agentbox ls -c acme --json', 'one client, for a program']),
    )
    .action(async (options: ListOptions) => (await commands()).list(context, options));
  program
    .command('attach')
    .summary('attach this terminal to a box')
    .description('Attach this terminal to a box. One that run --create-only made is started.')
    .argument('<box>', BOX)
    .option('--detach-keys <keys>', 'what lets go of it (default: ctrl-p,ctrl-q)', detachKeysOption)
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .addHelpText('after', examples(['agentbox attach shop-claude-3f2a', '']))
    .action(async (box: string, options: EngineOption & { detachKeys?: string }) => {
      outcome.code = await (await commands()).attach(context, box, options);
    });
  program
    .command('exec')
    .summary('run a command in a running box')
    .description('Run a command in a running box. The agent’s credentials are not in its environment.')
    .usage('<box> [--with CREDENTIAL]… -- COMMAND…')
    .argument('<box>', BOX)
    .option('--with <credential>', 'a credential of the client for this command', collect)
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .addHelpText(
      'after',
      examples(
        ['agentbox exec 3f2a -- npm test', 'one command'],
        ['agentbox exec 3f2a -- bash', 'a shell beside the agent'],
        ['agentbox exec 3f2a --with GITHUB_TOKEN -- gh pr list', ''],
      ),
    )
    .action(async (box: string, options: EngineOption & { with?: string[] }) => {
      outcome.code = await (await commands()).execIn(context, box, rest, options);
    });
  program
    .command('cp')
    .summary('copy out of a running box, or into it')
    .description('Copy a file or a folder out of a running box, or into it.')
    .usage('<box>:<path> <path> | <path> <box>:<path>')
    .argument('<from>', 'a path here, or BOX:PATH')
    .argument('<to>', 'a path here, or BOX:PATH')
    .option('-f, --force', 'replace a file that is there')
    .option('--allow-risky', 'what this machine would run too, without a question')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .addHelpText(
      'after',
      examples(
        ['agentbox cp 3f2a:/workspace/report.html .', 'out of a box'],
        ['agentbox cp ./data.csv 3f2a:/tmp/', 'into it'],
      ),
    )
    .action(async (from: string, to: string, options: EngineOption & { force?: boolean; allowRisky?: boolean }) =>
      (await import('../box/copy/command.ts')).copy(context, from, to, options),
    );
  program
    .command('logs')
    .description('Show what a box printed.')
    .argument('<box>', BOX)
    .option('-f, --follow', 'and what it prints from now on')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .addHelpText('after', examples(['agentbox logs -f 3f2a', 'what it prints, as it does']))
    .action(async (box: string, options: EngineOption & { follow?: boolean }) =>
      (await commands()).logs(context, box, options),
    );
  program
    .command('stop')
    .description('Stop boxes; they stay listed until removed.')
    .argument('<box...>', BOXES)
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .addHelpText('after', examples(['agentbox stop 3f2a 91bc', 'two boxes']))
    .action(async (boxes: string[], options: EngineOption) => (await commands()).stop(context, boxes, options));
  program
    .command('rm')
    .description('Remove boxes, and clones that were reviewed. The project and the agent’s state stay.')
    .argument('<box...>', BOXES)
    .option('-f, --force', 'running ones too, and work that nobody has reviewed')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .addHelpText(
      'after',
      examples(['agentbox rm 3f2a', 'one that ended'], ['agentbox rm -f 3f2a', 'one that runs or is not reviewed']),
    )
    .action(async (boxes: string[], options: EngineOption & { force?: boolean }) =>
      (await commands()).remove(context, boxes, options),
    );
  program
    .command('prune')
    .description('Remove boxes that ended, with their workspaces. What nobody has reviewed stays.')
    .option('-c, --client <name>', ONLY_CLIENT)
    .option('-f, --force', 'what nobody has reviewed as well')
    .option('--dry-run', 'print what would be removed, do nothing')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--json', JSON_OUTPUT)
    .addHelpText(
      'after',
      examples(['agentbox prune --dry-run', 'what would go'], ['agentbox prune -c acme', 'of one client']),
    )
    .action(async (options: PruneOptions) => (await import('../box/prune.ts')).prune(context, options));
  program.command('__watch', { hidden: true }).action(async () => {
    await (await import('../box/watcher/watchCommand.ts')).watchCommand(context);
  });
}

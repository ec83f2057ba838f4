import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { InitFlags } from './initFlags.ts';
import { choice, collect } from './options.ts';
import type { Outcome } from './program.ts';
import { ENGINE, examples } from './words.ts';

/** `agentbox init`: from nothing to a run, by a few questions or by flags; `--alias` prints a line for the shell. */
export function registerInit(program: Command, context: Context, outcome: Outcome): void {
  program
    .command('init')
    .summary('set a client up, by a few questions, and start it')
    .description(
      'Set a client up: look for engine, logins, keys and languages, ask for the rest, show what goes into config.yaml, write ' +
        'it, make the image, and start the agent. A client that is there stays as it is unless you say so.',
    )
    .option('-c, --client <name>', 'the client')
    .option('-a, --agent <name>', 'an agent of it; may come several times, the first is the one that runs', collect)
    .option('-p, --project <dir>', 'a folder whose projects belong to it (default: this one)', collect)
    .option('--key-from <source>', `[NAME=] ${SOURCES}; may come several times`, collect)
    .option('--allow <rule>', 'what boxes may reach besides the model: a host, *.domain, a preset such as npm', collect)
    .option(
      '--workspace <mode>',
      'bind | clone | readonly: its files, a copy to review, read-only',
      choice('bind', 'clone', 'readonly'),
    )
    .option('--without-limits', 'agree to boxes without the limits that the engine cannot hold here')
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--no-build', 'without making the image')
    .option('-y, --yes', 'ask nothing: what no flag says is left as it is')
    .option('--dry-run', 'print the YAML that would be written, do nothing')
    .option('--alias [name]', 'print a line for your shell that makes NAME (cb) run the client, and do nothing else')
    .option(
      '--shell <name>',
      'with --alias: bash | zsh | fish (default: that of $SHELL)',
      choice('bash', 'zsh', 'fish'),
    )
    .addHelpText(
      'after',
      examples(
        ['agentbox init', 'a few questions, then a run'],
        ['agentbox init -y -c acme --key-from env:ACME_KEY', 'without a question'],
        ['agentbox init --alias >> ~/.zshrc', 'a short name for it'],
      ),
    )
    .action(async (flags: InitFlags) => {
      if (flags.alias !== undefined) {
        const [{ printAlias }, { ruleFlags }] = await Promise.all([
          import('../init/aliasCommand.ts'),
          import('./ruleFlags.ts'),
        ]);
        return printAlias(context, ruleFlags({ ...flags, alias: flags.alias }));
      }
      const [{ initOptions }, { init }, { terminalQuestions }, { afterInit }] = await Promise.all([
        import('./initFlags.ts'),
        import('../init/command.ts'),
        import('../init/questionsTerminal.ts'),
        import('../init/afterInit.ts'),
      ]);
      outcome.code = await init(context, initOptions(flags, context), terminalQuestions(context.io), afterInit);
    });
}

const SOURCES = 'env:VAR, file:PATH, keychain:ITEM, store[:file], login, own-login, none';

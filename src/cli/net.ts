import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { choice } from './options.ts';
import type { Outcome } from './program.ts';
import { CLIENT, ENGINE, examples, JSON_OUTPUT } from './words.ts';

/** Which client's network, on which engine. */
export interface NetOptions {
  readonly client?: string;
  readonly engine?: 'docker' | 'podman';
}

/** `agentbox net show|allow|deny|forget|check|log|watch`, and the hidden command that a keeper is. */
export function registerNet(program: Command, context: Context, outcome: Outcome): void {
  const net = program
    .command('net')
    .summary('show and change what the boxes of a client may reach')
    .description('Show and change what the boxes of a client may reach through its gateway.');
  const command = (name: string, summary: string, description = `${summary}.`) =>
    net
      .command(name)
      .summary(summary.charAt(0).toLowerCase() + summary.slice(1))
      .description(description)
      .option('-c, --client <name>', CLIENT)
      .option('--engine <name>', ENGINE, choice('docker', 'podman'));

  command('show', 'Show the rules that hold, and where each comes from', SHOW)
    .option('-a, --agent <name>', 'for this agent of the client')
    .option('--json', JSON_OUTPUT)
    .addHelpText('after', examples(['agentbox net show --client acme', '']))
    .action(async (options: NetOptions & { agent?: string; json?: boolean }) =>
      (await import('../network/commands/show.ts')).show(context, options),
    );
  for (const verdict of ['allow', 'deny'] as const) {
    command(
      verdict,
      verdict === 'allow' ? 'Let the running boxes reach hosts' : 'Keep the running boxes from hosts',
      'It counts at once in the boxes that run, until the last of them ends; with --save also in those to come.',
    )
      .argument('<rule...>', 'host, *.domain, host:port, 10.0.0.0/8 or a preset')
      .option('--for <time>', 'for so long only: 10m, 2h')
      .option('--box <name>', 'for this box alone')
      .option('--save', 'also write it into config.yaml; no box need run')
      .addHelpText(
        'after',
        examples(
          [`agentbox net ${verdict} example.com`, 'in boxes that run'],
          [`agentbox net ${verdict} --save --client acme npm`, 'from now on'],
          [`agentbox net ${verdict} --for 10m "*.example.com"`, 'for a while'],
        ),
      )
      .action(async (rules: string[], options: NetOptions & { for?: string; box?: string; save?: boolean }) =>
        (await import('../network/commands/change.ts')).change(context, verdict, rules, options),
      );
  }
  command('forget', 'Take back what net allow or deny said')
    .argument('<rule...>', 'in the words of agentbox net show')
    .option('--box <name>', 'what was said to this box alone')
    .addHelpText('after', examples(['agentbox net forget example.com', '']))
    .action(async (rules: string[], options: NetOptions & { box?: string }) =>
      (await import('../network/commands/change.ts')).forget(context, rules, options),
    );
  command('check', 'Say whether a host may be reached, and why', CHECK)
    .argument('<host[:port]>', 'port 443 when none is given')
    .option('-a, --agent <name>', 'for this agent of the client')
    .option('--box <name>', 'for this running box')
    .option('--json', JSON_OUTPUT)
    .addHelpText('after', examples(['agentbox net check api.example.com:8443', '']))
    .action(async (host: string, options: NetOptions & { agent?: string; box?: string; json?: boolean }) => {
      outcome.code = await (await import('../network/commands/check.ts')).check(context, host, options);
    });
  command('log', 'Print what the gateway decided')
    .option('-f, --follow', 'and what it decides from now on')
    .option('--box <name>', 'of this box')
    .option('--denied', 'only what was refused')
    .option('--json', 'as JSON, one decision a line')
    .addHelpText(
      'after',
      examples(
        ['agentbox net log --denied', 'what was blocked'],
        ['agentbox net log -f --box shop-claude-3f2a', 'one box, as it goes'],
      ),
    )
    .action(async (options: NetOptions & { follow?: boolean; box?: string; denied?: boolean; json?: boolean }) =>
      (await import('../network/commands/log.ts')).log(context, options),
    );
  command('watch', 'Follow decisions, and answer for what is held', WATCH)
    .option('--json', 'as JSON, one decision a line; nothing is asked')
    .addHelpText('after', examples(['agentbox net watch', 'beside a run, in another terminal']))
    .action(async (options: NetOptions & { json?: boolean }) =>
      (await import('../network/commands/watch.ts')).watch(context, options),
    );

  program.command('__ports', { hidden: true }).action(async () => {
    await (await import('../network/ports/command.ts')).portsCommand(context);
  });
  program.command('__keeper', { hidden: true }).action(async () => {
    await (await import('../network/keeper/keeperCommand.ts')).keeperCommand(context);
  });
}

const SHOW = 'Show the rules that hold, where each comes from, and which credentials are brokered.';
const CHECK =
  'Say whether a host may be reached, and which rule decides. The name is looked up on this machine, since some ' +
  'addresses are refused. The exit code is 0 when it may be reached and 1 when not.';
const WATCH =
  'Follow decisions. While somebody watches at a terminal, what no rule allows is held for 20 seconds: a key lets it ' +
  'through once, for its box, for an hour or always, or refuses it from now on.';

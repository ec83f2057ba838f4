import type { Command } from 'commander';
import type { RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { DETACH_KEYS } from '../plan/detachKeys.ts';
import { choice, collect, detachKeysOption, memorySize, positive } from './options.ts';
import type { Outcome } from './program.ts';
import { parseEnv, parseMount } from './runFlags.ts';
import { AGENTS, CLIENT, ENGINE, examples, PROJECT } from './words.ts';

interface RunOptions {
  readonly client?: string;
  readonly agent?: string;
  readonly engine?: 'docker' | 'podman';
  readonly runtime?: string;
  readonly network?: 'gateway' | 'none' | 'open';
  readonly allow?: string[];
  readonly deny?: string[];
  readonly allowAny?: boolean;
  readonly publish?: string[];
  readonly forward?: string[];
  readonly image?: string;
  readonly devcontainer?: boolean;
  readonly env?: string[];
  readonly mount?: string[];
  readonly engineArg?: string[];
  readonly memory?: number;
  readonly cpus?: number;
  readonly pids?: number;
  readonly timeout?: string;
  readonly autonomy?: 'auto' | 'ask';
  readonly workspace?: 'bind' | 'clone' | 'readonly';
  readonly untracked?: boolean;
  readonly projectFile?: boolean;
  readonly scratch?: boolean;
  readonly resume?: boolean;
  readonly freshCreds?: boolean;
  readonly name?: string;
  readonly keep?: boolean;
  readonly createOnly?: boolean;
  readonly detachKeys?: string;
  readonly detach?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `agentbox run`: the main job. */
export function registerRun(program: Command, context: Context, rest: readonly string[], outcome: Outcome): void {
  program
    .command('run')
    .summary('run an agent on a project, in a box')
    .description('Run an agent on a project, in a box. What follows -- goes to it as it is.')
    .usage('[dir] [options] [-- ARGS…]')
    .argument('[dir]', PROJECT)
    .optionsGroup('Options:')
    .option('-c, --client <name>', CLIENT)
    .option('-a, --agent <name>', AGENTS)
    .option('--workspace <mode>', 'bind: its files | clone: a copy | readonly', choice('bind', 'clone', 'readonly'))
    .option('--allow <rule>', 'let it reach a host, *.domain, host:port or preset', collect)
    .option('--autonomy <mode>', 'auto: the agent does not ask | ask', choice('auto', 'ask'))
    .option('--timeout <time>', 'stop the box after, for example, 30m')
    .option('--dry-run', 'print the plan and the engine’s command line')
    .option('--json', 'a summary of the run, or the plan, on stdout')
    .optionsGroup('Box:')
    .option('--resume', 'go on: in the same box, or a new one')
    .option('-n, --name <name>', 'a name for the box')
    .option('--detach', 'start the box and leave it')
    .option('--detach-keys <keys>', 'what lets go of it (ctrl-p,ctrl-q)', detachKeysOption)
    .option('--keep', 'the box stays after its end, to be resumed')
    .option('--create-only', 'make the box; attach starts it')
    .optionsGroup('Project, files and variables:')
    .option('-e, --env <name=value>', 'a variable; NAME alone takes its value from here', collect)
    .option('-m, --mount <src:dst>', 'one more folder, read-only unless :rw', collect)
    .option('--untracked', 'a clone also gets what git does not track')
    .option('--scratch', 'a folder of the client’s own, no project')
    .option('--no-project-file', 'without what .agentbox.yaml says')
    .option('--fresh-creds', 'put the credentials in again')
    .optionsGroup('Network:')
    .option('--network <mode>', 'gateway | none | open', choice('gateway', 'none', 'open'))
    .option('--deny <rule>', 'what it may not reach, whatever allows it', collect)
    .option('--allow-any', 'agree to --allow "*"')
    .option('-p, --publish <port>', 'a port of the box here: 3000, 8080:3000, 0:3000', collect)
    .option('--forward <service>', 'one in the box: 5432:db.corp:5432', collect)
    .optionsGroup('Image, limits and engine:')
    .option('--image <ref>', 'an image in the place of the agent’s own')
    .option('--devcontainer', 'that of devcontainer.json, once agreed to')
    .option('--memory <size>', 'for example 4g', memorySize)
    .option('--cpus <n>', 'for example 2', positive)
    .option('--pids <n>', 'processes, for example 512', positive)
    .option('--engine <name>', ENGINE, choice('docker', 'podman'))
    .option('--runtime <name>', 'the OCI runtime: auto, runsc, runc, …')
    .option('--engine-arg <flag=value>', 'a flag of the engine, from a short list', collect)
    .addHelpText(
      'after',
      examples(
        ['agentbox run', 'the default agent on this folder'],
        ['agentbox run . -- -p "fix the tests"', 'one shot; the exit code is the agent’s'],
        ['agentbox run --workspace clone', 'on a copy; then agentbox diff, apply'],
        ['agentbox run --allow npm --timeout 30m', 'with a preset of hosts and a limit'],
        ['agentbox run -a shell . -- make test', 'a command in the box'],
      ),
    )
    .action(async (dir: string | undefined, options: RunOptions) => {
      if (options.scratch && dir !== undefined) {
        throw new UsageError(`--scratch is in the place of ${dir}`, ['agentbox run --scratch', `agentbox run ${dir}`]);
      }
      refuseTogether(options);
      const { runCommand } = await import('../box/run.ts');
      const request = { ...(await requestOf(options, context)), dir: dir ?? '.', args: rest };
      outcome.code = await runCommand(context, request);
    });
}

function refuseTogether({ detach, createOnly, timeout }: RunOptions): void {
  if (createOnly && detach) throw new UsageError('--create-only starts nothing that could be left', ['--detach alone']);
  if (detach && timeout !== undefined) {
    throw new UsageError('--timeout needs somebody who waits, and --detach leaves', ['run without --detach']);
  }
}

async function requestOf(options: RunOptions, context: Context) {
  const [{ engineArgsOf }, { parseDuration }, { ruleFlags }, { portFlags }] = await Promise.all([
    import('../plan/engineArgs.ts'),
    import('../ui/time.ts'),
    import('./ruleFlags.ts'),
    import('./portFlags.ts'),
  ]);
  const { client, agent, engine, runtime, network, image, devcontainer, autonomy, memory, cpus, pids } = options;
  const { workspace, untracked, projectFile } = options;
  const flags: RunFlags = {
    ...{ client, agent, engine, runtime, network, image, devcontainer, autonomy, memory, cpus, pids },
    ...{ workspace, untracked, projectFile },
    ...ruleFlags({ allow: options.allow, deny: options.deny }),
    ...portFlags({ publish: options.publish, forward: options.forward }),
    allowAny: options.allowAny,
    env: Object.fromEntries((options.env ?? []).map((text) => parseEnv(text, context.env))),
    mounts: (options.mount ?? []).map((text) => parseMount(text, context.cwd, context.paths.home)),
    engineArgs: engineArgsOf(options.engineArg ?? []),
  };
  return {
    flags,
    command: undefined,
    login: false,
    timeout: options.timeout === undefined ? undefined : parseDuration(options.timeout, '--timeout'),
    scratch: options.scratch ?? false,
    resume: options.resume ?? false,
    freshCreds: options.freshCreds ?? false,
    detach: options.detach ?? false,
    ...{ name: options.name, keep: options.keep ?? false, createOnly: options.createOnly ?? false },
    detachKeys: options.detachKeys ?? DETACH_KEYS,
    dryRun: options.dryRun ?? false,
    json: options.json ?? false,
  };
}

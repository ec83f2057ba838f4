import type { Command } from 'commander';
import type { RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { choice, collect, memorySize, positive } from './options.ts';
import type { Outcome } from './program.ts';
import { parseEnv, parseMount } from './runFlags.ts';

interface RunOptions {
  readonly client?: string;
  readonly agent?: string;
  readonly engine?: 'docker' | 'podman';
  readonly runtime?: string;
  readonly network?: 'gateway' | 'none' | 'open';
  readonly allow?: string[];
  readonly deny?: string[];
  readonly allowAny?: boolean;
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
  readonly detach?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `agentbox run`: the main job. */
export function registerRun(program: Command, context: Context, rest: readonly string[], outcome: Outcome): void {
  program
    .command('run')
    .summary('run an agent on a project, in a box')
    .description('Run an agent on a project, in a box of one client. What follows -- goes to the agent as it is.')
    .usage('[dir] [options] [-- ARGS…]')
    .argument('[dir]', 'the project (default: this folder)')
    .option('-c, --client <name>', 'the client (default: the owner of the project, else "default")')
    .option('-a, --agent <name>', 'the agent: claude, codex, opencode, gemini, copilot, pi, shell')
    .option('-e, --env <name=value>', 'a variable for the agent; NAME alone takes the value from here', collect)
    .option('-m, --mount <src:dst[:rw]>', 'one more directory of the host, read-only unless :rw', collect)
    .option('--image <ref>', 'an image in the place of the agent’s own')
    .option('--devcontainer', 'in the image of the project’s devcontainer.json, once you have agreed to it')
    .option('--network <mode>', 'gateway | none | open', choice('gateway', 'none', 'open'))
    .option('--allow <rule>', 'let the box reach a host, *.domain, host:port, range, or a preset such as npm', collect)
    .option('--deny <rule>', 'what it may not reach, whatever else allows it', collect)
    .option('--allow-any', 'agree to --allow "*"')
    .option('--memory <size>', 'memory limit, for example 4g', memorySize)
    .option('--cpus <n>', 'cpu limit, for example 2', positive)
    .option('--pids <n>', 'limit on processes, for example 512', positive)
    .option('--timeout <time>', 'stop the box after, for example, 30m')
    .option('--autonomy <mode>', 'auto: the agent does not ask | ask', choice('auto', 'ask'))
    .option(
      '--workspace <mode>',
      'bind | clone | readonly: its files, a copy to review, read-only',
      choice('bind', 'clone', 'readonly'),
    )
    .option('--untracked', 'a clone also gets what git does not track')
    .option('--no-project-file', 'without what the project’s .agentbox.yaml says')
    .option('--scratch', 'in a folder of the client’s own in the place of a project')
    .option('--resume', 'go on with the last conversation')
    .option('--fresh-creds', 'put the credentials in again, over what the agent has')
    .option('--detach', 'start the box and leave it')
    .option('--engine <name>', 'docker | podman', choice('docker', 'podman'))
    .option('--runtime <name>', 'the OCI runtime: auto, runsc, runc, …')
    .option('--engine-arg <flag=value>', 'a flag of the engine, from a short list', collect)
    .option('--dry-run', 'print the plan and the engine’s command line, do nothing')
    .option('--json', 'with --dry-run: as JSON')
    .action(async (dir: string | undefined, options: RunOptions) => {
      if (options.scratch && dir !== undefined) {
        throw new UsageError(`--scratch is in the place of ${dir}`, ['agentbox run --scratch', `agentbox run ${dir}`]);
      }
      const { runCommand } = await import('../box/run.ts');
      const request = { ...(await requestOf(options, context)), dir: dir ?? '.', args: rest };
      outcome.code = await runCommand(context, request);
    });
}

async function requestOf(options: RunOptions, context: Context) {
  const [{ engineArgsOf }, { parseDuration }, { ruleFlags }] = await Promise.all([
    import('../plan/engineArgs.ts'),
    import('../ui/time.ts'),
    import('./ruleFlags.ts'),
  ]);
  const { client, agent, engine, runtime, network, image, devcontainer, autonomy, memory, cpus, pids } = options;
  const { workspace, untracked, projectFile } = options;
  const flags: RunFlags = {
    ...{ client, agent, engine, runtime, network, image, devcontainer, autonomy, memory, cpus, pids },
    ...{ workspace, untracked, projectFile },
    ...ruleFlags({ allow: options.allow, deny: options.deny }),
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
    dryRun: options.dryRun ?? false,
    json: options.json ?? false,
  };
}

import { basename } from 'node:path';
import { type Agent, HOME } from '../agents/agent.ts';
import { historyDir } from '../config/paths.ts';
import type { Profile } from '../config/profile.ts';
import { placeOf } from '../network/ports/forward.ts';
import type { Publish } from '../network/ports/publish.ts';
import { SOCKETS } from '../network/protocol.ts';
import type { HostFacts, ProjectFacts } from './facts.ts';
import { gatewayEnv } from './gatewayEnv.ts';
import { gatewayName } from './gatewayNames.ts';
import { guardSource, guardTarget } from './guard.ts';
import { mustReachGateway } from './hostSockets.ts';
import { portsLabel, toLabels } from './labels.ts';
import { planLimits } from './limits.ts';
import { selinuxLevel } from './selinux.ts';
import { sharingNotices } from './sharing.ts';
import type { BoxSpec, Mount, Tmpfs } from './spec.ts';
import { hasSshAgent, SSH_AUTH_SOCK, sshAgentMounts } from './sshAgent.ts';
import { stateMounts } from './stateMounts.ts';
import { boxUser } from './user.ts';
import { OUT, workspaceMounts } from './workspaceMounts.ts';

/** The parts of one run that are neither settings nor facts of the host. */
export interface RunRequest {
  /** What the user wrote after `--`. */
  readonly args: readonly string[];
  readonly terminal: boolean;
  readonly detach: boolean;
  readonly resume: boolean;
  /** In the place of the agent's command (`agentbox login`). */
  readonly command: readonly string[] | undefined;
  /** Tells this box from all others; a few letters and digits. */
  readonly suffix: string;
  /** The name that the user gave it. */
  readonly name?: string | undefined;
  readonly keep?: boolean;
  readonly waits?: boolean;
  /** See BoxLabels. */
  readonly asked?: string;
  readonly started: Date;
  readonly version: string;
  readonly image: string;
  readonly runtime: string | undefined;
  /** The names of the variables that travel over the pipe, where they are known. */
  readonly variables?: readonly string[];
  /** Ports of this machine that lead into the box, each with its number. */
  readonly ports?: readonly Publish[];
  /** TERM, COLORTERM, TZ of the caller's terminal, where set. */
  readonly terminalEnv: Readonly<Record<string, string>>;
}

/** A box, and one line for each thing the user must know of it. */
export interface BoxPlan {
  readonly box: BoxSpec;
  readonly notices: readonly string[];
}

const MIB = 1024 * 1024;
const NAME_FLAGS = ['dns', 'dns-search', 'add-host'];
const HISTORY = `${HOME}/.history`;
/** Where the client's `agent_config` folder is in the box; deliver.ts links from there. */
export const AGENT_CONFIG = '/agent-config';

/** Everything about one box, decided. Pure; throws UserError('refused' | 'unavailable') for what must not run. */
export function planBox(
  profile: Profile,
  agent: Agent,
  project: ProjectFacts,
  facts: HostFacts,
  run: RunRequest,
): BoxPlan {
  // The client's own folder lies in agentbox's directory, which is otherwise nobody's project.
  if (!project.scratch) guardSource('project', project.path, profile.client, facts);
  const gateway = profile.network === 'gateway';
  if (gateway && run.runtime !== undefined) mustReachGateway(facts.engine, run.runtime);
  const user = boxUser(facts.caller, facts.engine, project, profile.workspace);
  const { limits, notices } = planLimits(profile.resources, facts.engine, profile.allowDegraded, run.runtime);
  const workspace = workspaceOf(profile, project);
  const relabel = facts.engine.selinux;
  const name = run.name ?? `agentbox-${profile.client}-${slug(basename(project.path))}-${agent.name}-${run.suffix}`;
  const own: readonly Mount[] = [
    ...workspaceMounts(profile, project, facts, { target: workspace, box: name }),
    ...stateMounts(profile, agent, user, facts),
    { source: historyDir(facts.paths, profile.client), target: HISTORY, write: true, relabel, purpose: 'history' },
    ...agentConfigMount(profile, agent, facts),
    ...sshAgentMounts(profile, facts, run),
    ...(gateway ? [gatewayMount(profile, facts)] : []),
  ];
  const box: BoxSpec = {
    name,
    labels: toLabels({
      client: profile.client,
      data: facts.paths.dataDir,
      agent: agent.name,
      project: project.path,
      version: run.version,
      started: run.started.toISOString(),
      terminal: run.terminal,
      runtime: run.runtime ?? facts.engine.defaultRuntime,
      network: profile.network,
      workspace: profile.workspace,
      ...{ keep: run.keep ?? false, waits: run.waits ?? false, asked: run.asked ?? '' },
      ...(facts.shared === undefined ? {} : { shared: facts.shared.path }),
      ...portsLabel(run.ports ?? []),
    }),
    image: run.image,
    ...user,
    argv: commandOf(profile, agent, workspace, run),
    workdir: workspace,
    hostname: slug(profile.client),
    env: {
      ...agent.env,
      ...(gateway ? gatewayEnv(profile) : {}),
      ...run.terminalEnv,
      ...{ HOME, HISTFILE: `${HISTORY}/bash_history`, AGENTBOX: '1' },
      ...(hasSshAgent(profile) ? { SSH_AUTH_SOCK } : {}),
      ...(profile.workspace === 'readonly' ? { AGENTBOX_OUT: OUT } : {}),
    },
    mounts: [...own, ...userMounts(profile, facts, own)],
    tmpfs: [
      memory(HOME, 1024 * MIB, 0o700, true),
      memory('/tmp', 1024 * MIB, 0o1777, true),
      memory('/run/agentbox', 4 * MIB, 0o755, false),
    ],
    network: profile.network === 'open' ? 'open' : 'none',
    runtime: run.runtime,
    limits,
    terminal: run.terminal,
    selinuxLevel: facts.engine.selinux ? selinuxLevel(profile.client) : undefined,
    extra: gateway ? withoutNetwork(profile.engineArgs) : profile.engineArgs,
  };
  const shared = sharingNotices(profile, agent, facts);
  return { box, notices: [...networkNotices(profile), ...facts.workspace.notices, ...shared, ...notices] };
}

/** Where the project is in the box. */
export function workspaceOf(profile: Profile, project: ProjectFacts): string {
  if (profile.workspacePath === '/workspace' || project.scratch) return '/workspace';
  guardTarget(project.path, [HOME]);
  return project.path;
}

function networkNotices({ network, agent, engineArgs, forward }: Profile): readonly string[] {
  const unused = network === 'gateway' ? [] : Object.values(forward);
  return [
    ...openNotices({ network, agent, engineArgs }),
    ...unused.map((one) => `${placeOf(one)} (${one.from}) is not forwarded to the box: it has no gateway`),
  ];
}

function openNotices({
  network,
  agent,
  engineArgs,
}: Pick<Profile, 'network' | 'agent' | 'engineArgs'>): readonly string[] {
  if (network === 'open') {
    return [`network open: ${agent} can reach everything this machine can; --network none closes it`];
  }
  const ignored = network === 'gateway' && 'dns-search' in engineArgs;
  return ignored ? ['--engine-arg dns-search has no effect: the gateway looks for whole names'] : [];
}

/** The directory with the box's socket: to be entered, not listed, and the gateway's alone to write. */
function gatewayMount(profile: Profile, { paths }: HostFacts): Mount {
  const source = gatewayName(profile.client, paths);
  return { source, volume: true, target: SOCKETS, write: false, relabel: false, purpose: 'gateway' };
}

/** A box that has no network leaves names to the gateway; see hostsOf and dnsOf. */
function withoutNetwork(engineArgs: Profile['engineArgs']): Profile['engineArgs'] {
  return Object.fromEntries(Object.entries(engineArgs).filter(([name]) => !NAME_FLAGS.includes(name)));
}

function commandOf(profile: Profile, agent: Agent, workspace: string, run: RunRequest): readonly string[] {
  if (run.command !== undefined) return [...run.command, ...run.args];
  if (agent.argsAreCommand && run.args.length > 0) return run.args;
  const { resume, variables = [] } = run;
  const settings = { provider: profile.providers[agent.name], permissions: profile.permissions[agent.name] };
  const command = agent.command({ autonomy: profile.autonomy, resume, workspace, variables, ...settings });
  return [...command, ...(resume && agent.resumedArgs ? agent.resumedArgs(run.args) : run.args)];
}

function agentConfigMount(profile: Profile, agent: Agent, facts: HostFacts): readonly Mount[] {
  const source = profile.agentConfig[agent.name];
  if (source === undefined) return [];
  guardSource('agent_config', source, profile.client, facts);
  return [{ source, target: AGENT_CONFIG, write: false, relabel: false, purpose: 'agent config' }];
}

function userMounts(profile: Profile, facts: HostFacts, own: readonly Mount[]): readonly Mount[] {
  const taken = [...own.map((mount) => mount.target), HOME];
  return profile.mounts.map((mount) => {
    guardSource('mount', mount.source, profile.client, facts);
    guardTarget(mount.target, taken);
    taken.push(mount.target);
    return { ...mount, relabel: false, purpose: 'mounts' };
  });
}

function memory(target: string, size: number, mode: number, exec: boolean): Tmpfs {
  return { target, size, mode, exec };
}

function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return plain.slice(0, 24) || 'project';
}

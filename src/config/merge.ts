import { UserError } from '../errors.ts';
import { isAny } from '../network/policy/parse.ts';
import type { RunFlags } from './flags.ts';
import { isStronger, type Layer, type Layers, layersOf, type Origin } from './layers.ts';
import type { LoadedConfig } from './load.ts';
import { DEFAULT_CLIENT, suggestion } from './names.ts';
import type { Profile } from './profile.ts';
import { byBoxPort, type ClientSettings, present, type Settings } from './settings.ts';

/** The settings of one run, and for each, by its name in config.yaml (`env.NAME`, `mounts[0]`), where it comes from. */
export interface MergedProfile {
  readonly profile: Profile;
  readonly origin: Readonly<Record<string, Origin>>;
}

/**
 * Merges flags > client > defaults > built in. Maps merge by key, ports by those of the box, mounts add up, other lists replace. Throws
 * UserError('config') for an unknown client or agent, and for an agent that the client may not run.
 */
export function profileOf(
  config: LoadedConfig,
  client: string,
  flags: RunFlags,
  knownAgents: readonly string[],
): MergedProfile {
  const all: readonly Layer[] = [
    { from: 'flag', settings: settingsOfFlags(flags) },
    { from: 'client', settings: clientSettings(config, client) },
    { from: 'defaults', settings: config.defaults },
  ];
  refuseUnknownAgents(all, knownAgents);
  const layers = layersOf(all);
  const own = ownImageLayer(all);
  const { first, entries } = layers;
  const profile: Profile = {
    client,
    ...agentsOf(layers, client, knownAgents),
    engine: first('engine', (layer) => layer.engine, 'auto'),
    runtime: first('runtime', (layer) => layer.runtime, 'auto'),
    network: first('network', (layer) => layer.network, 'gateway'),
    allow: layers.all('allow', (layer) => layer.allow),
    deny: layers.all('deny', (layer) => layer.deny),
    ports: entries('ports', (layer) => layer.ports),
    forward: entries('forward', (layer) => layer.forward),
    allowAny: first('allow_any', (layer) => layer.allowAny, false),
    proxy: first('proxy', (layer) => layer.proxy, 'host'),
    resources: {
      memory: first('resources.memory', (layer) => layer.resources?.memory, 4 * 1024 ** 3),
      cpus: first('resources.cpus', (layer) => layer.resources?.cpus, 2),
      pids: first('resources.pids', (layer) => layer.resources?.pids, 512),
    },
    allowDegraded: first('allow_degraded', (layer) => layer.allowDegraded, []),
    credentials: entries('credentials', (layer) => layer.credentials),
    login: first('login', (layer) => layer.login, client === DEFAULT_CLIENT ? 'host' : 'own'),
    env: entries('env', (layer) => layer.env),
    envFile: first('env_file', (layer) => layer.envFile, undefined),
    git: {
      name: first('git.name', (layer) => layer.git?.name, undefined),
      email: first('git.email', (layer) => layer.git?.email, undefined),
    },
    mounts: layers.all('mounts', (layer) => layer.mounts),
    agentConfig: entries('agent_config', (layer) => layer.agentConfig),
    agentVersion: entries('agent_version', (layer) => layer.agentVersion),
    image: first('image', (layer) => (layer === own ? layer.image : undefined), undefined),
    dockerfile: first('dockerfile', (layer) => (layer === own ? layer.dockerfile : undefined), undefined),
    packages: layers.all('packages', (layer) => layer.packages),
    toolchains: entries('toolchains', (layer) => layer.toolchains),
    devcontainer: first('devcontainer', (layer) => layer.devcontainer, false),
    providers: entries('providers', (layer) => layer.providers),
    permissions: entries('permissions', (layer) => layer.permissions),
    shareHostLogin: first('share_host_login', (layer) => layer.shareHostLogin, false),
    shareRefresh: first('share_refresh', (layer) => layer.shareRefresh, false),
    sshAgent: first('ssh_agent', (layer) => layer.sshAgent, false),
    autonomy: first('autonomy', (layer) => layer.autonomy, 'auto'),
    workspace: first('workspace', (layer) => layer.workspace, 'bind'),
    untracked: first('untracked', (layer) => layer.untracked, false),
    mask: layers.all('mask', (layer) => layer.mask),
    unmask: layers.all('unmask', (layer) => layer.unmask),
    protect: layers.all('protect', (layer) => layer.protect),
    unprotect: layers.all('unprotect', (layer) => layer.unprotect),
    strict: first('strict', (layer) => layer.strict, false),
    workspacePath: first('workspace_path', (layer) => layer.workspacePath, '/workspace'),
    projects: first('projects', (layer) => layer.projects, []),
    engineArgs: flags.engineArgs,
  };
  refuseAny(profile);
  return { profile, origin: layers.origin };
}

function refuseAny({ allow, allowAny }: Pick<Profile, 'allow' | 'allowAny'>): void {
  const any = allowAny ? undefined : allow.find(({ text }) => isAny(text));
  if (any === undefined) return;
  throw new UserError('config', `the rule ${any.text} (${any.from}) lets the box reach every name`, {
    why: 'what is in the box can then go anywhere, so it needs a word of its own',
    next: ['agentbox run --allow-any …', 'or allow_any: true in the configuration'],
  });
}

/** The strongest layer that names an image or a Dockerfile: either takes the place of both of the weaker layers. */
function ownImageLayer(layers: readonly Layer[]): ClientSettings | undefined {
  const own = layers.find(({ settings }) => settings.image !== undefined || settings.dockerfile !== undefined);
  if (own?.settings.image !== undefined && own.settings.dockerfile !== undefined) {
    throw new UserError('config', `image and dockerfile are both set (${own.from})`, {
      why: 'a box has one image',
      next: ['keep the one that is meant'],
    });
  }
  return own?.settings;
}

/** What the configuration says of a client; nothing for `default`. Throws UserError('config') for one that is not there. */
export function clientSettings(config: LoadedConfig, client: string): ClientSettings {
  const settings = config.clients.get(client);
  if (settings !== undefined) return settings;
  if (client === DEFAULT_CLIENT) return {};
  throw new UserError('config', `there is no client "${client}"`, {
    why: suggestion(client, new Set([...config.clients.keys(), DEFAULT_CLIENT])),
    next: [`agentbox client add ${client}`, 'agentbox client ls'],
  });
}

function settingsOfFlags(flags: RunFlags): Settings {
  const { memory, cpus, pids } = flags;
  return present<Settings>({
    agent: flags.agent,
    engine: flags.engine,
    runtime: flags.runtime,
    network: flags.network,
    allow: flags.allow?.map((text) => ({ text, from: '--allow' })),
    deny: flags.deny?.map((text) => ({ text, from: '--deny' })),
    ports: flags.ports && byBoxPort(flags.ports),
    forward: flags.forward && Object.fromEntries(flags.forward.map((one) => [one.boxPort, one])),
    allowAny: flags.allowAny,
    image: flags.image,
    devcontainer: flags.devcontainer,
    autonomy: flags.autonomy,
    workspace: flags.workspace,
    untracked: flags.untracked,
    env: flags.env,
    mounts: flags.mounts,
    resources: present<NonNullable<Settings['resources']>>({ memory, cpus, pids }),
  });
}

/**
 * The agent and those the client may run. Where the list is nearer to the run than the choice (a client's `agents`
 * against the agent of `defaults`), an agent outside it gives way to the first of the list.
 */
function agentsOf(layers: Layers, client: string, known: readonly string[]): Pick<Profile, 'agent' | 'agents'> {
  const agents = layers.first('agents', (layer) => layer.agents, known);
  const agent = layers.first('agent', (layer) => layer.agent, 'claude');
  if (agents.includes(agent)) return { agent, agents };
  if (isStronger(layers.origin['agents'], layers.origin['agent'])) {
    return { agent: layers.first('agent', (layer) => layer.agents?.[0], agent), agents };
  }
  throw new UserError('config', `client ${client} may not run ${agent}`, {
    why: `its agents are: ${agents.join(', ')}`,
    next: [`agentbox run --agent ${agents[0]} …`, `or add ${agent} to \`agents\` of client ${client}`],
  });
}

function refuseUnknownAgents(layers: readonly Layer[], known: readonly string[]): void {
  const mistakes = layers.flatMap(({ from, settings }) => {
    const named = [
      ...(settings.agent === undefined ? [] : [settings.agent]),
      ...(settings.agents ?? []),
      ...Object.keys(settings.agentConfig ?? {}),
      ...Object.keys(settings.agentVersion ?? {}),
      ...Object.keys(settings.providers ?? {}),
      ...Object.keys(settings.permissions ?? {}),
      ...Object.values(settings.credentials ?? {}).flatMap(({ agents }) => agents ?? []),
    ];
    return named.filter((agent) => !known.includes(agent)).map((agent) => ({ from, agent }));
  });
  const [first] = mistakes;
  if (first === undefined) return;
  throw new UserError('config', `there is no agent "${first.agent}"`, {
    why: mistakes.map(({ from, agent }) => `${agent} (${from}): ${suggestion(agent, known)}`).join('; '),
    next: ['agentbox run --help names them all'],
  });
}

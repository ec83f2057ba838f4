import { placeOf } from '../network/ports/forward.ts';
import { writePublish } from '../network/ports/publish.ts';
import type { Origin } from './layers.ts';
import type { MergedProfile } from './merge.ts';
import type { Credential, Permissions, Provider } from './profile.ts';
import { formatSize } from './size.ts';

/** One setting for people, by its name in config.yaml. It holds no secret: of `env` only the names, of credentials the source. */
export interface SettingRow {
  readonly setting: string;
  readonly value: string;
  readonly from: Origin;
}

/** What a merged profile says, a row a setting, in the order of the schema. Settings without a value are left out. */
export function rowsOf({ profile, origin }: MergedProfile): SettingRow[] {
  const named = <T>(
    name: string,
    entries: Readonly<Record<string, T>>,
    text: (value: T) => string,
  ): [string, string][] => Object.entries(entries).map(([key, value]) => [`${name}.${key}`, text(value)]);
  const values: [string, string | undefined][] = [
    ['projects', list(profile.projects)],
    ['agent', profile.agent],
    ['agents', list(profile.agents)],
    ['engine', profile.engine],
    ['runtime', profile.runtime],
    ['network', profile.network],
    ...profile.allow.map(({ text }, index): [string, string] => [`allow[${index}]`, text]),
    ...profile.deny.map(({ text }, index): [string, string] => [`deny[${index}]`, text]),
    ...named('ports', profile.ports, (all) => all.map(writePublish).join(', ')),
    ...named('forward', profile.forward, placeOf),
    ['allow_any', String(profile.allowAny)],
    ['proxy', profile.proxy],
    ['resources.memory', formatSize(profile.resources.memory)],
    ['resources.cpus', String(profile.resources.cpus)],
    ['resources.pids', String(profile.resources.pids)],
    ['allow_degraded', list(profile.allowDegraded)],
    ...named('credentials', profile.credentials, credentialText),
    ['login', profile.login],
    ...named('env', profile.env, () => '(not shown)'),
    ['env_file', profile.envFile],
    ['git.name', profile.git.name],
    ['git.email', profile.git.email],
    ...profile.mounts.map(({ source, target, write }, index): [string, string] => [
      `mounts[${index}]`,
      `${source} at ${target}, ${write ? 'writable' : 'read-only'}`,
    ]),
    ...named('agent_config', profile.agentConfig, String),
    ...named('agent_version', profile.agentVersion, String),
    ['image', profile.image],
    ['dockerfile', profile.dockerfile],
    ...profile.packages.map((name, index): [string, string] => [`packages[${index}]`, name]),
    ...named('toolchains', profile.toolchains, String),
    ['devcontainer', String(profile.devcontainer)],
    ...named('providers', profile.providers, providerText),
    ...named('permissions', profile.permissions, permissionsText),
    ['share_host_login', String(profile.shareHostLogin)],
    ['share_refresh', String(profile.shareRefresh)],
    ['ssh_agent', String(profile.sshAgent)],
    ['autonomy', profile.autonomy],
    ['workspace', profile.workspace],
    ['untracked', String(profile.untracked)],
    ...(['mask', 'unmask', 'protect', 'unprotect'] as const).flatMap((name) =>
      profile[name].map((path, index): [string, string] => [`${name}[${index}]`, path]),
    ),
    ['strict', String(profile.strict)],
    ['workspace_path', profile.workspacePath],
  ];
  return values.flatMap(([setting, value]) =>
    value === undefined ? [] : [{ setting, value, from: origin[setting] ?? 'built in' }],
  );
}

function credentialText({ source, deliver, hosts, agents }: Credential): string {
  const [kind = '', where = ''] = Object.entries(source)[0] ?? [];
  const to = typeof deliver === 'object' ? `file ${deliver.file}` : deliver === 'auto' ? 'broker or env' : deliver;
  const towards = hosts === undefined ? '' : `, to ${hosts.join(', ')}`;
  const only = agents === undefined ? '' : `, for ${agents.join(', ')}`;
  return `${kind} ${[where].flat().join(' ')}, delivered as ${to}${towards}${only}`;
}

/** Of headers only the names: a value may be a secret that was written down. */
function providerText({ name, headers, query, ...rest }: Provider): string {
  const settings = Object.entries({ ...rest, headers: list(Object.keys(headers)), query: list(Object.keys(query)) });
  const words = settings.filter(([, value]) => value !== undefined).map(([key, value]) => `${key} ${value}`);
  return [name, ...words].join(', ');
}

function permissionsText(rules: Permissions): string {
  return Object.entries(rules)
    .filter(([, entries]) => entries.length > 0)
    .map(([verdict, entries]) => `${verdict} ${entries.join(' ')}`)
    .join('; ');
}

const list = (items: readonly string[]) => (items.length === 0 ? undefined : items.join(', '));

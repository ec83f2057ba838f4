import { suggestion } from '../names.ts';
import type { Permissions, Profile, Toolchains } from '../profile.ts';
import { type Change, ofProfile, type Rule } from './change.ts';

/** A list of agents that the user wrote is an offer to choose from; without one, another agent means other hosts and permissions. */
const agent: Rule = ({ profile, origin }, { agent: wanted }) => {
  if (wanted === undefined || wanted === profile.agent) return [];
  const may = profile.agents.includes(wanted);
  const text = may ? `agent ${wanted}` : `agent ${wanted} (${suggestion(wanted, profile.agents)})`;
  const offered = (origin['agents'] ?? 'built in') !== 'built in';
  const kind = may ? (offered ? 'tightens' : 'widens') : 'impossible';
  return [ofProfile({ setting: 'agent', text, kind }, () => ({ agent: wanted }))];
};

const toolchains: Rule = ({ profile }, { toolchains: wanted = {} }) =>
  Object.entries(wanted)
    .filter(([name]) => profile.toolchains[name as keyof Toolchains] === undefined)
    .map(([name, version]) =>
      ofProfile({ setting: `toolchains.${name}`, text: `${name} ${version}`, kind: 'widens' }, (before) => ({
        toolchains: { ...before.toolchains, [name]: version },
      })),
    );

/** What the user's own settings name wins, and so does what comes from an env_file or a credential, later. */
const env: Rule = ({ profile }, { env: wanted = {} }) =>
  Object.entries(wanted)
    .filter(([name]) => profile.env[name] === undefined && profile.credentials[name] === undefined)
    .map(
      ([name, value]): Change => ({
        setting: `env.${name}`,
        text: `variable ${name}`,
        kind: 'widens',
        apply: (before) => ({ ...before, env: { ...before.env, [name]: value } }),
      }),
    );

const NONE: Permissions = { allow: [], ask: [], deny: [] };

/** The rules of what goes by names; `knownAgents` are all that there are. */
export function namedRules(knownAgents: readonly string[]): readonly Rule[] {
  const permissions: Rule = ({ profile }, { permissions: wanted = {} }) =>
    Object.entries(wanted).flatMap(([name, entries]) => {
      const setting = `permissions.${name}`;
      if (!knownAgents.includes(name)) {
        const text = `permissions of ${name} (${suggestion(name, knownAgents)})`;
        return [ofProfile({ setting, text, kind: 'impossible' }, () => ({}))];
      }
      return (['deny', 'ask', 'allow'] as const).flatMap((list) =>
        permissionChange(profile, name, list, entries[list]),
      );
    });
  return [agent, toolchains, env, permissions];
}

function permissionChange(
  profile: Profile,
  name: string,
  list: keyof Permissions,
  entries: readonly string[],
): readonly Change[] {
  const before = profile.permissions[name] ?? NONE;
  const added = entries.filter((entry) => !before[list].includes(entry));
  const free = added.filter((entry) => list === 'deny' || (list === 'ask' && staysBelowDeny(name, entry)));
  const others = added.filter((entry) => !free.includes(entry));
  const change = (some: readonly string[], kind: Change['kind']) =>
    some.length === 0
      ? []
      : [
          ofProfile(
            { setting: `permissions.${name}`, text: `${name} ${list} ${some.join(', ')}`, kind },
            ({ permissions }) => {
              const own = permissions[name] ?? NONE;
              return { permissions: { ...permissions, [name]: { ...own, [list]: [...own[list], ...some] } } };
            },
          ),
        ];
  return [...change(free, 'tightens'), ...change(others, 'widens')];
}

/** opencode obeys the last rule that fits; of two patterns of tools that share some, what is asked for one could come behind what is denied for the other. */
function staysBelowDeny(agentName: string, entry: string): boolean {
  return agentName !== 'opencode' || !(entry.split(':')[0] ?? '').includes('*');
}

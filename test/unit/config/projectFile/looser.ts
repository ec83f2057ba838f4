import { AGENT_NAMES } from '../../../../src/agents/index.ts';
import { opencodePermission } from '../../../../src/agents/opencodePermission.ts';
import type { Permissions, Profile } from '../../../../src/config/profile.ts';
import { evaluateAddress, evaluateName } from '../../../../src/network/policy/evaluate.ts';
import { rulesOf } from '../../../../src/network/policy/parse.ts';
import { patterns } from '../../../../src/workspace/patterns.ts';

// What it means that a box got looser, written down for the tests alone: nothing here is used by the program.

const HOSTS = [
  ...[
    'github.com',
    'api.github.com',
    'any.npmjs.org',
    'any.pypi.org',
    'evil.test',
    'a.evil.test',
    'corp.test',
    'api.test',
  ],
  ...['10.1.2.3', '192.168.1.1', '127.0.0.1', '169.254.169.254', '93.184.216.34'],
];
const PORTS = [443, 80, 22, 8443];

/** What a profile's own rules let through, of many hosts and ports. */
function reachable({ allow, deny, network }: Profile): ReadonlySet<string> {
  if (network === 'none') return new Set();
  const of = (list: Profile['allow'], verdict: 'allow' | 'deny') =>
    list.flatMap(({ text, from }) => rulesOf(text, { verdict, from }, {}));
  const policy = { rules: [...of(deny, 'deny'), ...of(allow, 'allow')] };
  const wanted = HOSTS.flatMap((host) => PORTS.map((port) => ({ host, port, now: 0 })));
  const addresses = ['93.184.216.34', '10.1.2.3'];
  return new Set(
    wanted.flatMap((one) => [
      ...(evaluateName(policy, [], one).verdict === 'allow' ? [`${one.host}:${one.port}`] : []),
      ...addresses.flatMap((address) =>
        evaluateAddress(policy, [], { ...one, address }).verdict === 'allow'
          ? [`${one.host}:${one.port}=${address}`]
          : [],
      ),
    ]),
  );
}

const isSubset = (some: Iterable<unknown>, all: Iterable<unknown>) => {
  const set = new Set(all);
  return [...some].every((item) => set.has(item));
};

function permitsMore(before: Permissions | undefined, after: Permissions | undefined): boolean {
  const none: Permissions = { allow: [], ask: [], deny: [] };
  const [a, b] = [before ?? none, after ?? none];
  return !isSubset(b.allow, a.allow) || !isSubset(a.deny, b.deny) || !isSubset(a.ask, b.ask);
}

const PATHS = ['.env', '.env.local', 'certs/key', 'certs/a/b', '.envrc', '.vscode/tasks.json', 'src/a.ts', 'readme'];
const named = (list: readonly string[]) => PATHS.filter((path) => patterns(list)?.(path, false));

const TOOLS = ['bash', 'edit', 'webfetch', 'todowrite', 'other'];
const INPUTS = ['git push', 'git *', 'ls', '*'];

/** What opencode comes to for each of many calls: it obeys the last rule that fits. Entries that are none are left out. */
function opencodeVerdicts({ autonomy, permissions }: Profile): readonly number[] {
  const isEntry = (text: string) => /^[\w*-]+(: ?\S.*)?$/.test(text);
  const { allow, ask, deny } = permissions['opencode'] ?? { allow: [], ask: [], deny: [] };
  const clean = { allow: allow.filter(isEntry), ask: ask.filter(isEntry), deny: deny.filter(isEntry) };
  const rules = Object.entries(opencodePermission(autonomy, clean)).flatMap(([tool, action]) =>
    typeof action === 'string'
      ? [[tool, '*', action]]
      : Object.entries(action).map(([input, one]) => [tool, input, one]),
  );
  const fits = (pattern: string, text: string) =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);
  return TOOLS.flatMap((tool) =>
    INPUTS.map((input) => {
      const last = rules.findLast(([one = '', pattern = '']) => fits(one, tool) && fits(pattern, input));
      return ['deny', 'ask', 'allow'].indexOf(last?.[2] ?? 'allow');
    }),
  );
}

function opencodeMayMore(before: Profile, after: Profile): boolean {
  const was = opencodeVerdicts(before);
  return opencodeVerdicts(after).some((verdict, index) => verdict > (was[index] ?? 0));
}

/** The keys that decide how loose a box is in their own way; every other key must stay exactly as it is. */
const BY_KEY: { readonly [K in keyof Profile]?: (before: Profile, after: Profile) => boolean } = {
  // Only a list that the client's user wrote is an offer to choose from.
  agent: (before, after) =>
    before.agent !== after.agent &&
    (!after.agents.includes(after.agent) || before.agents.length === AGENT_NAMES.length),
  // Without a gateway the client's keys go into the box as they are.
  network: (a, b) =>
    (a.network === 'gateway' && b.network !== 'gateway') ||
    { none: 0, gateway: 1, open: 2 }[b.network] > { none: 0, gateway: 1, open: 2 }[a.network],
  allow: (a, b) => !isSubset(reachable(b), reachable(a)),
  deny: (a, b) => !isSubset(reachable(b), reachable(a)),
  resources: (a, b) =>
    b.resources.memory > a.resources.memory ||
    b.resources.cpus > a.resources.cpus ||
    b.resources.pids > a.resources.pids,
  autonomy: (a, b) => a.autonomy === 'ask' && b.autonomy === 'auto',
  workspace: (a, b) =>
    ({ readonly: 0, clone: 1, bind: 2 })[b.workspace] > { readonly: 0, clone: 1, bind: 2 }[a.workspace],
  untracked: (a, b) => !a.untracked && b.untracked,
  strict: (a, b) => a.strict && !b.strict,
  mask: (a, b) => !isSubset(named(a.mask), named(b.mask)),
  protect: (a, b) => !isSubset(named(a.protect), named(b.protect)),
  devcontainer: (a, b) => !a.devcontainer && b.devcontainer,
  permissions: (a, b) =>
    opencodeMayMore(a, b) ||
    [...Object.keys(a.permissions), ...Object.keys(b.permissions)].some((agent) =>
      permitsMore(a.permissions[agent], b.permissions[agent]),
    ),
};

/** The names of what is looser in a profile than in another. */
export function looser(before: Profile, after: Profile): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Profile)[];
  return keys.filter((key) => {
    const isLooser = BY_KEY[key];
    if (isLooser !== undefined) return isLooser(before, after);
    return JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  });
}

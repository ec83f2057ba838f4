import fc from 'fast-check';

const some = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 4 });
const AGENTS = ['claude', 'codex', 'opencode', 'gemini', 'shell'];
const rule = fc.constantFrom(
  ...['github.com', '*.github.com', 'npm', 'pypi', 'github', 'evil.test', '*.evil.test', 'evil.test:22', '*.test:8443'],
  ...['10.0.0.0/8', '192.168.1.1', '127.0.0.1', '169.254.169.254', '93.184.216.34', 'corp.test', 'any.npmjs.org'],
);
const path = fc.constantFrom('.env', '.env.*', 'certs/**', '.envrc', '.vscode', 'src/a.ts', '*', '**');
const entry = fc.constantFrom('Bash', 'Read(./secrets/**)', 'git push', 'edit', '*', 'b*', 'bash: git *');
const permissions = fc.dictionary(
  fc.constantFrom(...AGENTS, 'cluade'),
  fc.record({ allow: some(entry), ask: some(entry), deny: some(entry) }, { requiredKeys: [] }),
);

const common = {
  agent: fc.constantFrom(...AGENTS),
  allow: some(rule),
  deny: some(rule),
  resources: fc.record(
    {
      memory: fc.constantFrom('1k', '512m', '4g', '64g', '100t'),
      cpus: fc.double({ min: 0.01, max: 512, noNaN: true }),
      pids: fc.integer({ min: 1, max: 1_000_000 }),
    },
    { requiredKeys: [] },
  ),
  autonomy: fc.constantFrom('auto', 'ask'),
  workspace: fc.constantFrom('bind', 'clone', 'readonly'),
  untracked: fc.boolean(),
  mask: some(path),
  unmask: some(path),
  protect: some(path),
  unprotect: some(path),
  strict: fc.boolean(),
  permissions,
  packages: some(fc.constantFrom('git', 'nmap', 'python3')),
  toolchains: fc.record({ node: fc.constantFrom('22', '24'), go: fc.constant('1.24') }, { requiredKeys: [] }),
  devcontainer: fc.boolean(),
  env: fc.dictionary(
    fc.constantFrom('MODE', 'PATH', 'TOKEN', 'EDITOR'),
    fc.string().filter((text) => !text.includes('\0')),
  ),
};

/** Any project file that is valid. */
export const projectFiles = fc.record({ ...common, network: fc.constantFrom('gateway', 'none') }, { requiredKeys: [] });

/** Any settings of a client, as in config.yaml. */
export const clients = fc
  .record(
    {
      ...common,
      // Only the user's own list may take something out of it again.
      mask: some(
        fc.oneof(
          path,
          path.map((one) => `!${one}`),
        ),
      ),
      permissions: permissions.map(({ cluade: _, ...rest }) => rest),
      network: fc.constantFrom('gateway', 'none', 'open'),
      agents: fc.shuffledSubarray(AGENTS, { minLength: 1 }),
      credentials: fc.constant({ TOKEN: { env: 'TOKEN' } }),
    },
    { requiredKeys: [] },
  )
  // An agent outside of the list is an error of the configuration.
  .map(({ agent, agents, ...rest }) => ({
    ...rest,
    ...(agents === undefined ? {} : { agents }),
    ...(agent === undefined ? {} : { agent: agents?.includes(agent) === false ? agents[0] : agent }),
  }));

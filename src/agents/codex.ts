import { type Agent, HOME } from './agent.ts';
import { codexCommand, resumed } from './codexCommand.ts';
import { codexHostDirectory } from './codexHostDirectory.ts';
import { hostPlaces, parseLogin } from './codexLogin.ts';
import { FILE_STORE } from './codexOverrides.ts';
import { codexHeaders } from './codexProvider.ts';
import { codexRules, RULES_FILE } from './codexRules.ts';
import { codexUsage } from './codexUsage.ts';
import { exactHosts } from './exactHosts.ts';

/** Codex by OpenAI. */
export const codex: Agent = {
  name: 'codex',
  title: 'Codex',
  image: 'codex',
  package: '@openai/codex',
  command: codexCommand,
  resumedArgs: resumed,
  argsAreCommand: false,
  versionCommand: ['codex', '--version'],
  stateDir: `${HOME}/.codex`,
  // Conversations and state are SQLite databases with a write-ahead log, which two kernels cannot share.
  locksState: true,
  env: { CODEX_HOME: `${HOME}/.codex` },
  providers: {
    openai: {
      credentials: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
      alsoServedBy: [],
      login: true,
      hosts: (provider) => exactHosts(provider, ['api.openai.com']),
      takes: ['baseUrl', 'headers', 'query'],
      env: codexHeaders,
    },
  },
  defaultProviders: ['openai'],
  hosts: [],
  guardEnv: {},
  otherProviders: [],
  login: {
    file: 'auth.json',
    // With it, chatgpt.com serves the models.
    hosts: ['auth.openai.com', 'chatgpt.com'],
    command: ['codex', ...FILE_STORE, 'login', '--device-auth'],
    host: hostPlaces,
    parse: parseLogin,
  },
  hostDirectory: codexHostDirectory,
  // Codex looks for skills in two places and installs its own in the other, which can therefore not be a read-only folder.
  homeLinks: { '.agents/skills': '../../../agent-config/skills' },
  // Not config.toml: codex writes to it. Not rules: codex writes there what the user allowed, and agentbox the permissions.
  // Not hooks.json: codex runs a hook only after a question whose answer it keeps in config.toml.
  configEntries: ['AGENTS.md', 'AGENTS.override.md', 'agents'],
  // The file is written even without permissions, so that those of an earlier run do not stay.
  usage: codexUsage,
  firstRun: ({ permissions }) => [{ file: RULES_FILE, content: codexRules(permissions) }],
};

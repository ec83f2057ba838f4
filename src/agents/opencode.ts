import { type Agent, HOME } from './agent.ts';
import { opencodeFirstRun, SETTINGS } from './opencodeFirstRun.ts';
import { opencodeHostPlaces, parseOpencodeLogin } from './opencodeLogin.ts';
import { opencodePermission } from './opencodePermission.ts';
import { opencodeProviders } from './opencodeProviders.ts';
import { opencodeUsage } from './opencodeUsage.ts';

// Not .opencode: opencode itself takes a directory of that name in the home for one with settings.
const STATE = `${HOME}/.opencode-state`;

/** opencode by Anomaly. */
export const opencode: Agent = {
  name: 'opencode',
  title: 'opencode',
  image: 'opencode',
  package: 'opencode-ai',
  // The variable goes by env(1), since it depends on the run: it is merged after every file of settings.
  // `=true`, because opencode takes a word after a bare --continue for its value, and with it the command `run`.
  command: ({ autonomy, permissions, resume, workspace }) => [
    'env',
    `PWD=${workspace}`,
    `OPENCODE_PERMISSION=${JSON.stringify(opencodePermission(autonomy, permissions))}`,
    'opencode',
    ...(resume ? ['--continue=true'] : []),
  ],
  argsAreCommand: false,
  versionCommand: ['opencode', '--version'],
  stateDir: STATE,
  // Conversations are in an SQLite database in WAL mode: its index is memory shared through the file, and its locks are file locks.
  locksState: true,
  env: {
    OPENCODE_CONFIG: `${STATE}/${SETTINGS}`,
    // A project's opencode.json or .opencode could name another address for the provider's key, put the key into the headers
    // of an MCP server, loosen permissions, or bring a plugin. `env: { OPENCODE_DISABLE_PROJECT_CONFIG: "0" }` takes them in again.
    OPENCODE_DISABLE_PROJECT_CONFIG: '1',
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    // The list of models that came with the program serves.
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_SHARE: '1',
  },
  providers: opencodeProviders,
  defaultProviders: ['anthropic', 'openai', 'google'],
  hosts: [],
  guardEnv: {},
  otherProviders: [],
  login: {
    file: 'auth.json',
    // With ChatGPT, which then serves the models, or with GitHub.
    hosts: ['auth.openai.com', 'chatgpt.com', 'github.com'],
    // The settings name who may serve, which would hide all others from the login's list.
    command: ['env', '-u', 'OPENCODE_CONFIG', 'opencode', 'auth', 'login'],
    host: opencodeHostPlaces,
    parse: parseOpencodeLogin,
  },
  unshared: 'it keeps its things in three directories on this machine, which are one in a box',
  // All three are one directory, because no two of them use a name for different things, and only the state directory itself
  // is sure to be there for a link to lead to. XDG variables would move the settings of every other program in the box too.
  // The cache stays in memory: opencode empties it after an update.
  homeLinks: { '.config/opencode': '.', '.local/share/opencode': '.', '.local/state/opencode': '.' },
  configEntries: ['AGENTS.md', 'opencode.json', 'agent', 'agents', 'command', 'commands', 'skill', 'skills', 'themes'],
  usage: opencodeUsage,
  firstRun: opencodeFirstRun,
};

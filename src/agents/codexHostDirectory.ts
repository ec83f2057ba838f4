import { dirname } from 'node:path';
import type { HostDirectory } from './agent.ts';
import { hostPlaces } from './codexLogin.ts';

/** The directory of codex on the host: `~/.codex`, or what CODEX_HOME names. */
export const codexHostDirectory: HostDirectory = {
  path: (env, home) => dirname(hostPlaces(env, home).file),
  covered: {
    'config.toml': 'MCP servers, `notify` and hooks are commands that codex runs; it says what is trusted, too',
    '*.config.toml': 'the same, for --profile',
    'hooks.json': 'commands that codex runs',
    hooks: 'scripts that hooks.json names',
    '.env': 'variables for codex and all that it starts',
    'environments.toml': 'it tells codex where and how its commands run',
    'AGENTS.md': 'every session on the host obeys it',
    'AGENTS.override.md': 'the same',
    memories: 'every session on the host may be told them',
    memories_extensions: 'the same',
    rules: 'they say which commands run without a question',
    prompts: 'they are what a command of the user stands for',
    skills: 'they bring scripts and instructions',
    agents: 'they bring instructions, settings and permissions',
    plugins: 'they bring hooks, MCP servers and skills',
    '.tmp': 'where codex keeps the plugins that it fetches, and runs git on them',
    tmp: 'where codex makes commands that stand first on the PATH of what it starts',
    shell_snapshots: 'codex sources them in the shells that it starts',
    packages: 'an installation of codex itself',
    'models_cache.json': 'it holds instructions that every session is given',
    automations: 'prompts that run by themselves',
    worktrees: 'work trees in which codex of the host runs git',
    'app-server-daemon': 'it tells codex which of its processes to talk to',
    'app-server-control': 'the same',
  },
  seeds: {},
  keychain: false,
  refuses: ({ permissions }) =>
    permissions === undefined
      ? undefined
      : 'codex has its permissions in files among its rules, and those stay as they are',
};

import { dirname, join } from 'node:path';
import type { HostDirectory } from './agent.ts';
import { hostPlaces } from './claudeLogin.ts';

/** Claude's directory on the host: `~/.claude`, or what CLAUDE_CONFIG_DIR names. */
export const claudeHostDirectory: HostDirectory = {
  path: (env, home) => dirname(hostPlaces(env, home).file),
  covered: {
    'settings.json': 'hooks, the status line and helpers for keys are commands that claude runs',
    'settings.local.json': 'the same, where the directory is itself taken for a project',
    '.config.json': 'claude takes it for its configuration, with MCP servers, which are commands',
    'CLAUDE.md': 'every session on the host obeys it',
    rules: 'every session on the host obeys them',
    hooks: 'scripts that settings.json names',
    commands: 'they may run shell commands when they are called',
    skills: 'they bring scripts and instructions',
    agents: 'they bring instructions and permissions',
    'output-styles': 'they change what every session is told',
    workflows: 'they are scripts',
    plugins: 'they bring hooks, MCP servers and commands, which run at the next start',
    local: 'an installation of claude itself',
    'shell-snapshots': 'claude sources them in the shells that it starts',
    'session-env': 'the same',
    'remote-settings.json': 'kept settings of an organization, which may have hooks',
    'scheduled_tasks.json': 'prompts that run by themselves',
    'loop.md': 'the same',
    jobs: 'the same',
    daemon: 'it tells claude which of its processes to talk to',
    ide: 'it tells claude which editor to talk to',
    'keybindings.json': 'it may bind a key to a command',
  },
  // On the host .claude.json lies beside the directory, not in it (unless CLAUDE_CONFIG_DIR is set), and a file that is
  // mounted by itself cannot be replaced. So boxes have one of their own there, which begins with who the login is of.
  seeds: { '.claude.json': { from: (home) => join(home, '.claude.json'), keys: ['oauthAccount', 'userID', 'theme'] } },
  keychain: true,
};

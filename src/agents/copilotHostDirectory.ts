import { dirname } from 'node:path';
import type { HostDirectory } from './agent.ts';
import { copilotConfig, copilotHostPlaces } from './copilotLogin.ts';

/** The directory of copilot on the host: `~/.copilot`, or what COPILOT_HOME names. */
export const copilotHostDirectory: HostDirectory = {
  path: (env, home) => dirname(copilotHostPlaces(env, home).file),
  covered: {
    // The login is in it, and that never changes by itself.
    'config.json': 'it says which folders are trusted and which plugins run',
    'settings.json': 'hooks, the status line and plugins are commands that copilot runs',
    'mcp-config.json': 'MCP servers are commands that copilot runs',
    'mcp-config': 'the same',
    'mcp-installations.json': 'it says which MCP servers copilot installed',
    'mcp-activations.json': 'the same',
    '.mcp-installation-pending': 'an installation of them that goes on at the next start',
    'mcp-remote-installation-transactions': 'the same',
    'mcp-oauth-config': 'it tells copilot whom to ask for tokens',
    'lsp-config.json': 'language servers are commands that copilot runs',
    'providers.json': 'it names the address that prompts and keys go to',
    'permissions-config.json': 'it says which tools run without a question',
    'copilot-instructions.md': 'every session on the host obeys it',
    instructions: 'the same',
    agents: 'they bring instructions and tools',
    skills: 'they bring scripts and instructions',
    hooks: 'commands that copilot runs',
    extensions: 'programs that copilot runs',
    'installed-plugins': 'they bring hooks, MCP servers and commands, which run at the next start',
    'plugin-data': 'what those plugins keep, programs included',
    pkg: 'an installation of copilot itself',
    ide: 'it tells copilot which editor to talk to',
  },
  seeds: {},
  keychain: true,
  // Copilot ends without a word when it cannot note its first start.
  refuses: ({ existing }) =>
    copilotConfig(existing('config.json') ?? '')?.['firstLaunchAt'] === undefined
      ? 'copilot was not started there yet'
      : undefined,
};

import { type Agent, HOME } from './agent.ts';
import { claudeFirstRun } from './claudeFirstRun.ts';
import { claudeHostDirectory } from './claudeHostDirectory.ts';
import { hostPlaces, parseLogin } from './claudeLogin.ts';
import { claudePermissions } from './claudePermissions.ts';
import { claudeProviders } from './claudeProviders.ts';
import { claudeUsage } from './claudeUsage.ts';

/** Claude Code by Anthropic. */
export const claude: Agent = {
  name: 'claude',
  title: 'Claude Code',
  image: 'claude',
  package: '@anthropic-ai/claude-code',
  // Without a mode of ours, claude's own default is to let a classifier answer in the user's place; `ask` means ask.
  command: ({ autonomy, resume, permissions }) => [
    'claude',
    ...(autonomy === 'auto' ? ['--dangerously-skip-permissions'] : ['--permission-mode', 'default']),
    ...(resume ? ['--continue'] : []),
    ...claudePermissions(permissions),
  ],
  argsAreCommand: false,
  versionCommand: ['claude', '--version'],
  stateDir: `${HOME}/.claude`,
  locksState: true,
  env: {
    // Brings .claude.json into the state directory too; else it lies in the home directory and is lost with it.
    CLAUDE_CONFIG_DIR: `${HOME}/.claude`,
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // The variable above does not cover this one.
    CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: '1',
  },
  providers: claudeProviders,
  defaultProviders: ['anthropic'],
  hosts: [],
  // Else .claude/settings.json of a project can name another endpoint, of any provider, which is then sent the key. With
  // this, claude does not look at a login file, so it is set only where none is what serves.
  guardEnv: { CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1' },
  otherProviders: ['CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX', 'CLAUDE_CODE_USE_FOUNDRY'],
  login: {
    file: '.credentials.json',
    // The page that asks for consent is opened in a browser, outside the box.
    hosts: ['api.anthropic.com', 'platform.claude.com'],
    command: ['claude', 'auth', 'login'],
    host: hostPlaces,
    parse: parseLogin,
  },
  hostDirectory: claudeHostDirectory,
  homeLinks: {},
  // Not settings.json: claude writes to it, and agentbox records the accepted bypass mode in it. Not hooks, plugins or
  // MCP servers: those work only through files that claude writes itself.
  configEntries: ['CLAUDE.md', 'commands', 'skills', 'agents', 'output-styles', 'rules', 'keybindings.json'],
  usage: claudeUsage,
  firstRun: claudeFirstRun,
};

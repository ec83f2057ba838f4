import { type Agent, HOME } from './agent.ts';
import { copilotCommand } from './copilotCommand.ts';
import { copilotFirstRun } from './copilotFirstRun.ts';
import { copilotHostDirectory } from './copilotHostDirectory.ts';
import { copilotHostPlaces, parseCopilotLogin } from './copilotLogin.ts';
import { anthropicModels, copilotModels, openaiModels } from './copilotProviders.ts';
import { copilotUsage } from './copilotUsage.ts';

/** GitHub Copilot CLI. The image unpacks it once, and names the place in COPILOT_PKG_CACHE_HOME. */
export const copilot: Agent = {
  name: 'copilot',
  title: 'GitHub Copilot CLI',
  image: 'copilot',
  package: '@github/copilot',
  command: copilotCommand,
  argsAreCommand: false,
  versionCommand: ['copilot', '--version'],
  stateDir: `${HOME}/.copilot`,
  // Its sessions are in a SQLite database.
  locksState: true,
  env: {
    COPILOT_HOME: `${HOME}/.copilot`,
    COPILOT_AUTO_UPDATE: 'false',
    // No keychain is in a box; the login lies in config.json.
    COPILOT_DISABLE_KEYTAR: '1',
  },
  providers: { copilot: copilotModels, openai: openaiModels, anthropic: anthropicModels },
  defaultProviders: ['copilot'],
  hosts: [],
  guardEnv: {},
  otherProviders: ['COPILOT_PROVIDER_BASE_URL'],
  login: {
    file: 'config.json',
    hosts: ['github.com'],
    command: ['copilot', 'login', '--device-code'],
    host: copilotHostPlaces,
    parse: parseCopilotLogin,
  },
  hostDirectory: copilotHostDirectory,
  homeLinks: {},
  // Not mcp-config.json or settings.json: copilot writes to them.
  configEntries: ['copilot-instructions.md', 'agents', 'skills'],
  usage: copilotUsage,
  firstRun: copilotFirstRun,
};

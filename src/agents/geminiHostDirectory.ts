import { dirname } from 'node:path';
import type { FirstRunFacts, HostDirectory } from './agent.ts';
import { geminiFirstRun, POLICY } from './geminiFirstRun.ts';
import { geminiHostPlaces } from './geminiLogin.ts';
import { jsonObject } from './jsonObject.ts';

const SETTINGS = 'settings.json';

/** The directory of gemini on the host: `~/.gemini`, or `.gemini` in what GEMINI_CLI_HOME names. */
export const geminiHostDirectory: HostDirectory = {
  path: (env, home) => dirname(geminiHostPlaces(env, home).file),
  covered: {
    [SETTINGS]: 'MCP servers, hooks and the discovery of tools are commands that gemini runs',
    '.env': 'variables for gemini and all that it starts, such as the address that a key goes to',
    'GEMINI.md': 'every session on the host obeys it',
    'system.md': 'it may stand for all that a session is told',
    commands: 'they may run shell commands when they are called',
    skills: 'they bring scripts and instructions',
    agents: 'they bring instructions and tools',
    hooks: 'scripts that settings.json names',
    extensions: 'they bring MCP servers, hooks and commands, which run at the next start',
    'extension_integrity.json': 'it says which extensions are what was installed',
    policies: 'they say which tools run without a question',
    'policy_integrity.json': 'it says which policies of projects were accepted',
    'trustedFolders.json': 'it says whose settings and commands gemini takes without a question',
    'trusted_hooks.json': 'it says which hooks of projects run without a question',
    acknowledgments: 'they say which agents of projects were accepted',
    'mcp-server-enablement.json': 'it turns MCP servers on',
    bin: 'programs that gemini fetched and runs',
    'cli-browser-profile': 'a profile of a browser that gemini starts',
    'keybindings.json': 'it may bind a key to another answer',
    '*.sb': 'walls of its sandbox on macOS',
    'sandbox.Dockerfile': 'what its sandbox is built of',
    'sandbox.bashrc': 'its sandbox runs it',
  },
  // Boxes alone read it: images/gemini/settings.json names it.
  seeds: { [POLICY]: undefined },
  keychain: false,
  refuses,
};

function refuses(facts: FirstRunFacts): string | undefined {
  const settings = jsonObject(facts.existing(SETTINGS) ?? '{}');
  if (settings === undefined) return `${SETTINGS} there is no plain JSON, so who serves gemini is unknown`;
  const general = jsonObject(JSON.stringify(settings['general'] ?? {}));
  // Without the directory `history` gemini does not start, so it cannot be covered.
  if (jsonObject(JSON.stringify(general?.['checkpointing'] ?? {}))?.['enabled'] === true)
    return `with general.checkpointing in ${SETTINGS}, gemini here runs git in repositories that a box could prepare`;
  if (geminiFirstRun(facts).some(({ file }) => file === SETTINGS))
    return `${SETTINGS} there does not say that gemini is served as this client wants it (/auth in gemini sets it)`;
  return undefined;
}

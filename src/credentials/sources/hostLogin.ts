import type { AgentLogin } from '../../agents/agent.ts';
import { readPlainFile } from '../plainFile.ts';
import type { SourceDeps } from './deps.ts';
import { fromSecurity } from './security.ts';

/** Nobody asked for a prompt here. */
const LIMIT = 5000;
const LARGEST = 1024 * 1024;

/** A login of the host as it is there, and its place in words. */
export interface HostLogin {
  readonly text: string;
  readonly place: string;
}

/** The agent's login on the host, undefined when there is none; throws UserError when it is there and cannot be read. */
export async function readHostLogin(login: AgentLogin, deps: SourceDeps): Promise<HostLogin | undefined> {
  const { file, keychain } = login.host(deps.env, deps.paths.home);
  if (deps.platform === 'darwin') {
    for (const item of keychain) {
      const text = await fromSecurity(item, deps, LIMIT);
      if (text !== undefined) return { text: plain(text), place: `keychain item ${item}` };
    }
  }
  const found = readPlainFile(file, LARGEST);
  return found === undefined ? undefined : { text: found.text, place: file };
}

/** `security` prints a value with a character outside of ASCII as hex digits. */
function plain(text: string): string {
  return /^(?:[0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex').toString('utf8') : text;
}

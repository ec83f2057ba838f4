import { isSea } from 'node:sea';
import { UserError } from '../../errors.ts';
import type { SourceDeps } from './deps.ts';
import { hasDisplay, patience, whileAsking } from './keychainPatience.ts';
import { keychainError, stateOfWords } from './keychainTrouble.ts';
import { KEYRING_COMMAND, type KeyringAnswer } from './keyringChild.ts';

type Deps = Pick<SourceDeps, 'io' | 'env' | 'execute' | 'platform' | 'program'>;

/** A wish to the system's keychain. */
export interface KeyringRequest {
  readonly action: 'get' | 'set' | 'delete';
  readonly service: string;
  readonly account: string;
  /** What `set` keeps. */
  readonly value?: string;
}

/**
 * Asks the keychain through the library: the value of `get`, undefined when there is none; of `delete` any value when there
 * was one. `item` names it in errors. Throws UserError('credentials') with the remedy.
 *
 * It happens in a process of its own. A keychain that waits for a person blocks its thread, and node does not end with a
 * blocked thread, not even by process.exit; a process can be killed.
 */
export async function askKeyring(request: KeyringRequest, item: string, deps: Deps): Promise<string | undefined> {
  if (deps.platform !== 'linux' && deps.platform !== 'darwin') {
    throw unavailable(`there is no keychain for ${deps.platform}`);
  }
  const limit = patience(deps);
  const child = deps.execute([...deps.program, KEYRING_COMMAND], { input: JSON.stringify(request), timeout: limit });
  const { stdout, timedOut, code } = await whileAsking(deps, child);
  const answer: KeyringAnswer = timedOut ? {} : parse(stdout, code);
  if (answer.unloadable !== undefined) throw unavailable(answer.unloadable);
  if (!timedOut && answer.error === undefined) return answer.value ?? undefined;
  const why = answer.error ?? '';
  const state = timedOut ? 'silent' : stateOfWords(why);
  // A question that cannot be shown comes back as one that was put away.
  const unseen = state === 'denied' && deps.platform === 'linux' && !hasDisplay(deps.env);
  throw keychainError(unseen ? 'locked' : state, item, { platform: deps.platform, why, limit });
}

/** Nothing of what it printed may be told: it may be a part of the value. */
function parse(stdout: string, code: number): KeyringAnswer {
  try {
    return JSON.parse(stdout) as KeyringAnswer;
  } catch {
    return { error: `the keyring library ended with ${code}` };
  }
}

function unavailable(why: string): UserError {
  const other = 'use another source: env, file, command, or agentbox creds set --store file';
  const install = `npm install --prefix ${import.meta.dirname} @napi-rs/keyring`;
  // A single executable has the addon inside.
  const next = isSea() ? [other] : [install, `or ${other}`];
  return new UserError('credentials', 'the keychain cannot be used here', { why, next });
}

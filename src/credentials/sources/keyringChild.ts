import { text } from 'node:stream/consumers';
import type { Context } from '../../context.ts';
import type { KeyringRequest } from './keyring.ts';
import { type KeyringAddon, loadKeyring } from './keyringAddon.ts';

/** The hidden command that asks the keychain. */
export const KEYRING_COMMAND = '__keyring';

/** What the child prints, as JSON. */
export interface KeyringAnswer {
  /** The value, or null when there is none. */
  readonly value?: string | null;
  readonly error?: string;
  /** The library could not be loaded, and why. */
  readonly unloadable?: string;
}

/** Does one KeyringRequest, which it reads from its standard input, so that no value is on a command line. */
export async function keyringChild({ io, paths }: Pick<Context, 'io' | 'paths'>): Promise<void> {
  const request = JSON.parse(await text(io.in)) as KeyringRequest;
  io.out.write(JSON.stringify(answerTo(request, paths.cacheDir)));
}

function answerTo(request: KeyringRequest, cacheDir: string): KeyringAnswer {
  let addon: KeyringAddon;
  try {
    addon = loadKeyring(cacheDir);
  } catch (error) {
    return { unloadable: wordsOf(error) };
  }
  try {
    return { value: act(request, addon) };
  } catch (error) {
    return { error: wordsOf(error) };
  }
}

/**
 * With the store not named, a missing Secret Service would mean the keyring of the kernel, which is lost at every restart.
 */
function act({ action, service, account, value = '' }: KeyringRequest, { Entry }: KeyringAddon): string | null {
  const entry = new Entry(service, account, { linux: { store: 'secret-service' } });
  if (action === 'get') return entry.getPassword();
  if (action === 'delete') return entry.deletePassword() ? '' : null;
  entry.setPassword(value);
  return '';
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

import { createRequire } from 'node:module';
import { UserError } from '../../errors.ts';
import type { SourceDeps } from './deps.ts';

/** A person may have to unlock the keychain, and types a password. */
const LIMIT = 60_000;
const NOT_FOUND = 44;

type Deps = Pick<SourceDeps, 'execute' | 'platform' | 'caller'>;

/**
 * The password that the system's keychain keeps for service `item`: macOS Keychain through `security`, on Linux the
 * Secret Service (account: the caller's name). Throws UserError('credentials') with the remedy.
 */
export async function fromKeychain(item: string, deps: Deps): Promise<string> {
  const value = await (deps.platform === 'darwin' ? fromMacos(item, deps, LIMIT) : fromSecretService(item, deps));
  if (value !== undefined && value !== '') return value;
  throw new UserError('credentials', `the keychain has no item ${item}`, {
    next: [
      deps.platform === 'darwin'
        ? `security add-generic-password -s ${item} -a ${deps.caller.name} -w`
        : `secret-tool store --label=${item} service ${item} username ${deps.caller.name}`,
    ],
  });
}

/** The same on macOS, undefined when there is no such item; `limit` in milliseconds. */
export async function fromMacos(item: string, deps: Pick<Deps, 'execute'>, limit: number): Promise<string | undefined> {
  const argv = ['/usr/bin/security', 'find-generic-password', '-s', item, '-w'];
  const result = await deps.execute(argv, { timeout: limit });
  if (result.code === 0) return result.stdout;
  if (result.code === NOT_FOUND) return undefined;
  throw new UserError('credentials', `the keychain did not give ${item}`, {
    why: result.timedOut
      ? `no answer after ${limit / 1000} s`
      : result.stderr.trim().split('\n').at(-1) || 'no reason given',
    next: ['security unlock-keychain'],
  });
}

async function fromSecretService(item: string, { caller, platform }: Deps): Promise<string | undefined> {
  if (platform !== 'linux') throw unavailable(`there is no keychain for ${platform}`);
  const { AsyncEntry } = load();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer after ${LIMIT / 1000} s`)), LIMIT);
  });
  try {
    // Without the store named, a missing Secret Service means the kernel's keyring, which is lost at every restart.
    const entry = new AsyncEntry(item, caller.name, { linux: { store: 'secret-service' } });
    const value = await Promise.race([entry.getPassword(), late]);
    return value ?? undefined;
  } catch (error) {
    throw new UserError('credentials', `the Secret Service did not give ${item}`, {
      why: error instanceof Error ? error.message : String(error),
      next: ['unlock the keyring of your desktop session, or start one: gnome-keyring-daemon --components=secrets'],
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** A native addon: absent in the single-file build and on some platforms, and then nothing but this may fail. */
function load(): typeof import('@napi-rs/keyring') {
  try {
    return createRequire(import.meta.url)('@napi-rs/keyring');
  } catch (error) {
    throw unavailable('the addon @napi-rs/keyring cannot be loaded', error);
  }
}

function unavailable(why: string, cause?: unknown): UserError {
  return new UserError('credentials', 'keychain sources do not work here', {
    why,
    next: [
      'npm install -g @napi-rs/keyring',
      'or name another source: { command: [secret-tool, lookup, service, NAME] }',
    ],
    cause,
  });
}

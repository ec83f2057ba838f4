import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';

/** The part of @napi-rs/keyring that is used. */
export interface KeyringAddon {
  readonly Entry: new (
    service: string,
    account: string,
    options: { linux: { store: 'secret-service' } },
  ) => {
    getPassword(): string | null;
    setPassword(value: string): void;
    deletePassword(): boolean;
  };
}

/** In a directory with this bit, as /tmp, only the owner of a file renames or removes it. */
const STICKY = 0o1000;

/** A native addon: inside a single executable, else installed beside the program. Throws an Error that says why it is not there. */
export function loadKeyring(cacheDir: string): KeyringAddon {
  if (isSea()) return fromExecutable(cacheDir);
  const require = createRequire(import.meta.url);
  try {
    require.resolve('@napi-rs/keyring');
  } catch (cause) {
    throw new Error('the addon @napi-rs/keyring is not installed', { cause });
  }
  return require('@napi-rs/keyring');
}

/** The system loads code from files alone. So it becomes one, for as long as that takes, where nobody else can put another. */
function fromExecutable(cacheDir: string): KeyringAddon {
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  const failures: string[] = [];
  for (const base of [cacheDir, tmpdir()].filter(isOursAlone)) {
    const directory = mkdtempSync(join(base, 'addon-'));
    try {
      const file = join(directory, 'keyring.node');
      writeFileSync(file, new Uint8Array(getRawAsset('keyring.node') as ArrayBuffer), { flag: 'wx', mode: 0o600 });
      const module = { exports: {} as KeyringAddon };
      process.dlopen(module, file);
      return module.exports;
    } catch (error) {
      // A file system may be mounted noexec.
      failures.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  throw new Error(failures[0] ?? `others can write where its file would be: ${cacheDir}, ${tmpdir()}`);
}

/** Whether in a directory, and in each above it, nobody but this user and root can replace what this user makes. */
export function isOursAlone(directory: string): boolean {
  const holds = (path: string): boolean => {
    const { uid, mode } = statSync(path);
    const isOurs = uid === 0 || uid === process.getuid?.();
    const keepsOthersOut = (mode & 0o022) === 0 || (mode & STICKY) !== 0;
    return isOurs && keepsOthersOut && (dirname(path) === path || holds(dirname(path)));
  };
  try {
    return holds(realpathSync(directory));
  } catch {
    return false;
  }
}

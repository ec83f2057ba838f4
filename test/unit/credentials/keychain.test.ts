import { describe, expect, test } from 'vitest';
import { fromKeychain } from '../../../src/credentials/sources/keychain.ts';
import { type Execute, execute } from '../../../src/execute.ts';
import { temporary, userError } from '../support/config.ts';
import { ended, world } from './support.ts';

describe('the keychain of macOS', () => {
  const mac = async (execute: Execute) => world({ platform: 'darwin', execute });

  test('is asked through security, with the name as one argument', async () => {
    let asked: readonly string[] = [];
    const deps = await mac(async (argv) => {
      asked = argv;
      return ended({ stdout: 'the-value' });
    });
    expect(await fromKeychain('acme openai', deps)).toBe('the-value');
    expect(asked).toEqual(['/usr/bin/security', 'find-generic-password', '-s', 'acme openai', '-w']);
  });

  test('without the item says how to add it', async () => {
    const stderr = 'security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.';
    const deps = await mac(async () => ended({ code: 44, stderr }));
    const error = await userError(() => fromKeychain('acme-openai', deps));
    expect(error).toMatchObject({ trouble: 'credentials', message: 'the keychain has no item acme-openai' });
    expect(error.next).toEqual(['security add-generic-password -s acme-openai -a ann -w']);
  });

  test('that is locked says how to unlock it', async () => {
    const stderr = 'security: SecKeychainItemCopyContent: User interaction is not allowed.';
    const deps = await mac(async () => ended({ code: 36, stderr }));
    const error = await userError(() => fromKeychain('acme', deps));
    expect(error.why).toBe(stderr);
    expect(error.next).toEqual(['security unlock-keychain']);
  });
});

test('a platform without a keychain gets the remedy', async () => {
  const deps = await world({ platform: 'freebsd' });
  const error = await userError(() => fromKeychain('acme', deps));
  expect(error).toMatchObject({ trouble: 'credentials', message: 'keychain sources do not work here' });
});

// The daemon forks before it answers on the bus; asked too early, the bus would start a second, locked one.
const UNLOCK = `
  printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
  asked="--session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets"
  until dbus-send $asked | grep -q "boolean true"; do sleep 0.05; done
`;
const SESSION = 'dbus-run-session';
const programs = [SESSION, 'dbus-send', 'gnome-keyring-daemon', 'secret-tool'];
const found = await Promise.all(programs.map(async (program) => !(await execute([program, '--help'])).missing));
const isRequired = process.env['AGENTBOX_TEST_REQUIRE'] === '1';

const ASK = `
  const { fromKeychain } = await import('${new URL('../../../src/credentials/sources/keychain.ts', import.meta.url)}');
  const deps = { platform: 'linux', caller: { name: 'ann' } };
  const words = ({ message, why, next }) => [message, why, ...next].join('\\n');
  process.stdout.write(await fromKeychain(process.argv[1], deps).catch(words));
`;

// A session bus and a keyring of its own, as a desktop has them; without those programs there is nothing to test with.
describe.skipIf(found.includes(false) && !isRequired)(`the Secret Service (needs ${programs.join(', ')})`, () => {
  const inSession = async (script: string) => {
    const home = await temporary();
    const ask = 'ask() { node --import tsx --input-type=module -e "$ASK" "$1"; }';
    const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, ASK };
    const result = await execute(
      [
        SESSION,
        '--',
        'sh',
        '-c',
        `${UNLOCK}
${ask}; ${script}`,
      ],
      { env, timeout: 50_000 },
    );
    return result.stdout;
  };

  test('gives the item of the name and the account of the caller', { timeout: 60_000 }, async () => {
    const store = 'printf s3cret | secret-tool store --label=x service acme-openai username ann';
    expect(await inSession(`${store}; ask acme-openai`)).toBe('s3cret');
  });

  test('without the item says how to add it', { timeout: 60_000 }, async () => {
    const said = await inSession('ask acme-openai');
    expect(said).toContain('the keychain has no item acme-openai');
    expect(said).toContain('secret-tool store --label=acme-openai service acme-openai username ann');
  });

  test('that is not running is an error, never the keyring of the kernel', { timeout: 60_000 }, async () => {
    const said = await inSession('DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent ask acme-openai');
    expect(said).toContain('the Secret Service did not give acme-openai');
  });
});

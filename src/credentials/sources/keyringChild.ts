/** What the child prints, as JSON. */
export interface KeyringAnswer {
  /** The value, or null when there is none. */
  readonly value?: string | null;
  readonly error?: string;
  /** The library could not be loaded, and why. */
  readonly unloadable?: string;
}

/**
 * A program for `node -e` that does one KeyringRequest, which it reads from its standard input, so that no value is on a
 * command line. With the store not named, a missing Secret Service would mean the keyring of the kernel, which is lost at
 * every restart.
 */
export const KEYRING_CHILD = `
const { addon, action, service, account, value } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const answer = (words) => process.stdout.write(JSON.stringify(words));
function load() {
  try {
    return require(addon);
  } catch (error) {
    answer({ unloadable: String(error.message).split('\\n')[0] });
  }
}
function act({ Entry }) {
  try {
    const entry = new Entry(service, account, { linux: { store: 'secret-service' } });
    if (action === 'set') answer({ value: (entry.setPassword(value), '') });
    else if (action === 'delete') answer({ value: entry.deletePassword() ? '' : null });
    else answer({ value: entry.getPassword() });
  } catch (error) {
    answer({ error: error.message });
  }
}
const library = load();
if (library) act(library);
`;

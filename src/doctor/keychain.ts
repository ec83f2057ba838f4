import type { Context } from '../context.ts';
import { askKeyring } from '../credentials/sources/keyring.ts';
import type { KeychainFacts } from './facts.ts';
import { settled } from './settled.ts';

const LIMIT = 5000;
const LOCKED = [
  ...['busctl', '--user', 'get-property', 'org.freedesktop.secrets', '/org/freedesktop/secrets/aliases/default'],
  ...['org.freedesktop.Secret.Collection', 'Locked'],
];

/** Whether the keychain could give something, found out without a question to anybody and without a secret. */
export async function gatherKeychain(context: Context): Promise<KeychainFacts> {
  if (context.platform === 'darwin') return onMac(context);
  // An item that nobody has is answered without unlocking anything.
  const nobody = { action: 'get', service: 'agentbox', account: 'doctor' } as const;
  const { failure } = await settled(askKeyring(nobody, 'an answer', unattended(context)));
  if (failure !== undefined) {
    const absent = failure.what.startsWith('there is no keychain');
    return { state: absent ? 'absent' : 'unusable', why: failure.why ?? failure.what, next: failure.next };
  }
  // Without busctl it is not known, and a run will tell.
  const { stdout } = await context.execute(LOCKED, { timeout: LIMIT });
  if (stdout.trim() !== 'b true') return { state: 'ready', why: undefined, next: [] };
  const why = 'a run would have to ask for its password';
  return {
    state: 'locked',
    why,
    next: ['log in at the desktop, which unlocks it', 'or: gnome-keyring-daemon --replace --unlock'],
  };
}

/** Nothing more: what would tell whether it is locked may ask for its password. */
async function onMac({ execute }: Context): Promise<KeychainFacts> {
  const { code, stderr } = await execute(['/usr/bin/security', 'default-keychain'], { timeout: LIMIT });
  if (code === 0) return { state: 'ready', why: undefined, next: [] };
  return { state: 'absent', why: stderr.trim().split('\n').at(-1), next: ['security list-keychains'] };
}

/** The same world without anybody in front of it, so that nothing is asked and nothing waits for long. */
function unattended(context: Context): Context {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = context.env;
  return { ...context, env, io: { ...context.io, inIsTerminal: false, outIsTerminal: false, errIsTerminal: false } };
}

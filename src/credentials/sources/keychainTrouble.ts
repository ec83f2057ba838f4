import { UserError } from '../../errors.ts';

/** What keeps a keychain from answering; `silent`: no answer in time. */
export type KeychainState = 'absent' | 'locked' | 'denied' | 'silent' | 'broken';

interface Circumstances {
  readonly platform: NodeJS.Platform;
  /** What the keychain said. */
  readonly why: string;
  /** How long it was waited for, in milliseconds. */
  readonly limit: number;
}

const EXITS: Readonly<Record<number, KeychainState>> = {
  36: 'locked',
  37: 'absent',
  50: 'absent',
  51: 'denied',
  53: 'absent',
  128: 'denied',
};

/** What an exit code of macOS `security` means: the lowest byte of the system's error number. */
export function stateOfExit(code: number): KeychainState {
  return EXITS[code] ?? 'broken';
}

const WORDS: readonly (readonly [RegExp, KeychainState])[] = [
  [/did not receive a reply/i, 'silent'],
  [/interaction is not allowed|object locked/i, 'locked'],
  [/dismissed|before prompt completed|cancell?ed|passphrase you entered|access ?denied|rejected|apparmor/i, 'denied'],
  [/dbus|secret service provider|no keychain|keychain could not be found/i, 'absent'],
];

/** What an error of the keyring library means; it tells them apart by their words alone. */
export function stateOfWords(words: string): KeychainState {
  return WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'broken';
}

/** The error for a keychain in that state, asked for `item`, with what to do about it. */
export function keychainError(state: KeychainState, item: string, about: Circumstances): UserError {
  const { message, why, next } = inWords(state, item, about);
  return new UserError('credentials', message, { why, next });
}

function inWords(state: KeychainState, item: string, { platform, why, limit }: Circumstances) {
  const mac = platform === 'darwin';
  const unlock = mac
    ? ['security unlock-keychain']
    : ['log in at the desktop, which unlocks it', 'or: gnome-keyring-daemon --replace --unlock'];
  const other = 'or use another source: env, file, command, or agentbox creds set --store file';
  switch (state) {
    case 'absent':
      return {
        message: `there is no keychain to ask for ${item}`,
        why: mac ? why : `no Secret Service answers in this session (${why})`,
        next: [
          mac ? 'security list-keychains' : 'dbus-run-session -- sh, and in it: gnome-keyring-daemon --unlock',
          other,
        ],
      };
    case 'locked':
      return {
        message: `the keychain is locked, and does not give ${item}`,
        why: `nobody can be asked for its password here (${why})`,
        next: unlock,
      };
    case 'denied':
      return {
        message: `the keychain was not allowed to give ${item}`,
        why: `its question was answered with no, or not at all (${why})`,
        next: ['try again, and allow it', ...unlock],
      };
    case 'silent':
      return {
        message: `the keychain did not answer for ${item}`,
        why: `nothing came within ${limit / 1000} s; it may be asking where nobody sees it`,
        next: unlock,
      };
    case 'broken':
      return { message: `the keychain failed for ${item}`, why, next: [other] };
  }
}

// Stands in for macOS `/usr/bin/security`, which no other system has: it keeps one item and ends as the real one does, with
// the lowest byte of the system's error number. Each call's arguments go, as a line of JSON, to the file of SECURITY_LOG.
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const ENDS = {
  locked: [36, 'security: SecKeychainItemCopyContent: User interaction is not allowed.'],
  denied: [128, 'security: SecKeychainItemCopyContent: User canceled the operation.'],
  wrong: [51, 'security: SecKeychainItemCopyContent: The user name or passphrase you entered is not correct.'],
  absent: [37, 'security: SecKeychainSearchCopyNext: A default keychain could not be found.'],
  missing: [44, 'security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.'],
};

const argv = process.argv.slice(2);
const { SECURITY_LOG, SECURITY_STATE, SECURITY_ITEM, SECURITY_VALUE } = process.env;
appendFileSync(SECURITY_LOG, `${JSON.stringify(argv)}\n`);
if (SECURITY_STATE === 'silent') await setTimeout(600_000);
const [command, , item] = argv;
const has = command === 'find-generic-password' && argv[1] === '-s' && item === SECURITY_ITEM && argv.includes('-w');
const [code, words] = ENDS[SECURITY_STATE ?? (has ? '' : 'missing')] ?? [0, ''];
if (code === 0) process.stdout.write(`${SECURITY_VALUE}\n`);
else process.stderr.write(`${words}\n`);
process.exitCode = code;

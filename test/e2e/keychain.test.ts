import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneGround } from './support/engines.ts';
import { installKeyringLibrary, type Keyring, missingForKeyring, openKeyring } from './support/keyring.ts';
import { type Call, type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

const VALUE = 'tok-é-0123456789abcdef';
const CONFIG = `# mine
defaults: { agent: shell, network: none, allow_degraded: [ memory-limit, cpus-limit, pids-limit ] }
clients:
  acme:
    git: { name: Acme } # the first
`;
/** The time limit without a terminal, and what starting and ending may take on a busy machine. */
const SHORT = 5000 + 5000;

const missing = missingForKeyring();
if (missing.length > 0) {
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(`AGENTBOX_TEST_REQUIRE=1 without ${missing}`);
  console.warn(`skipped: the keychain, without ${missing.join(', ')}`);
}
const tested = missing.length > 0 ? [] : oneGround();

describe.each(tested.map((ground) => [ground.name, ground] as const))('a real keyring, %s', (_, ground) => {
  let lab: Lab;
  let keyring: Keyring | undefined;

  beforeEach(() => {
    lab = makeLab(ground);
    lab.config(CONFIG);
    installKeyringLibrary(lab);
  });

  afterEach(() => {
    keyring?.close();
    keyring = undefined;
    lab?.close();
  });

  const open = async (prompt?: 'silent') => {
    const opened = await openKeyring(lab, prompt);
    keyring = opened;
    return opened;
  };
  const config = () => readFileSync(join(lab.home, '.config/agentbox/config.yaml'), 'utf8');
  const agentbox = (args: readonly string[], call: Call = {}) =>
    lab.agentbox(args, { ...call, env: { ...keyring?.env, ...call.env } });
  const set = (...args: string[]) => agentbox(['creds', 'set', ...args], { input: `${VALUE}\n` });
  const run = (...argv: string[]) => agentbox(['run', '.', ...ground.flags, '--client', 'acme', '--', ...argv]);

  it('keeps a value, shows it as there, hands it to a box, and removes it', async () => {
    const { lookup } = await open();
    const kept = await set('TOKEN', '--client', 'acme');
    expect(kept).toMatchObject({ code: 0, stdout: '', stderr: 'TOKEN of client acme is kept in the keychain\n' });
    expect(config()).toBe(`${CONFIG}    credentials:\n      TOKEN: { store: keychain }\n`);
    expect(lookup('agentbox', 'acme/TOKEN')).toBe(VALUE);

    const shown = await agentbox(['creds', '--client', 'acme', '--agent', 'shell']);
    expect(shown.stdout).toMatch(/shell +TOKEN +creds set, keychain +env +- +ok/);
    expect(shown.stdout + shown.stderr).not.toContain(VALUE);

    const ran = await run('sh', '-c', 'printf %s "$TOKEN"');
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: VALUE });

    const removed = await agentbox(['creds', 'rm', 'TOKEN', '--client', 'acme', '--yes']);
    expect(removed).toMatchObject({ code: 0, stderr: 'TOKEN of client acme is gone\n' });
    expect(config()).toBe(CONFIG);
    expect(lookup('agentbox', 'acme/TOKEN')).toBeUndefined();
  });

  it('gives an item that another program made', async () => {
    const { run: onBus } = await open();
    const user = onBus(['id', '-un']).trim();
    onBus(['secret-tool', 'store', '--label=x', 'service', 'acme-openai', 'username', user], VALUE);
    lab.config(CONFIG.replace('git: { name: Acme }', 'credentials: { TOKEN: { keychain: acme-openai } }'));
    const ran = await run('sh', '-c', 'printf %s "$TOKEN"');
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: VALUE });
  });

  it('goes with its client', async () => {
    const { lookup } = await open();
    await set('TOKEN', '--client', 'acme');
    await set('OTHER', '--client', 'acme', '--store', 'file');
    expect(await agentbox(['client', 'rm', 'acme', '--yes'])).toMatchObject({ code: 0 });
    expect(lookup('agentbox', 'acme/TOKEN')).toBeUndefined();
    expect(existsSync(join(lab.data, 'secrets/acme'))).toBe(false);
  });

  it('that is locked, without a display, is told at once, and what client rm leaves in it as well', async () => {
    const { lock } = await open();
    await set('TOKEN', '--client', 'acme');
    lock();
    const ran = await run('true');
    expect(ran).toMatchObject({ code: 125, stderr: expect.stringContaining('the keychain is locked') });
    expect(ran.stderr).toContain('gnome-keyring-daemon --replace --unlock');
    const removed = await agentbox(['client', 'rm', 'acme', '--yes']);
    expect(removed).toMatchObject({ code: 125 });
    expect(removed.stderr).toContain('client acme is gone, but the keychain still keeps TOKEN');
    expect(removed.stderr).toContain('secret-tool clear service agentbox username acme/TOKEN');
    expect(config()).not.toContain('acme');
  });

  it('that asks where nobody sees it is waited for no longer than 5 s without a terminal', async () => {
    const { lock } = await open('silent');
    await set('TOKEN', '--client', 'acme');
    lock();
    const begin = Date.now();
    const ran = await run('true');
    expect(Date.now() - begin).toBeLessThan(SHORT);
    expect(ran).toMatchObject({ code: 125, signal: null });
    expect(ran.stderr).toContain('the keychain did not answer for TOKEN of client acme');
    expect(ran.stderr).toContain('nothing came within 5 s');
  });

  it('that asks where nobody sees it says so on a terminal, and Ctrl-C ends the waiting', async () => {
    const { lock } = await open('silent');
    await set('TOKEN', '--client', 'acme');
    lock();
    const terminal = openTerminal(lab.argv(['creds', '--client', 'acme'], keyring?.env), lab.project);
    await terminal.until(/the keychain may be asking/, 10_000);
    terminal.type('\u0003');
    await terminal.end(5000);
  });

  it.each([
    ['no bus at all', 'unix:path=/nonexistent/bus'],
    ['a bus address that is none', 'garbage'],
  ])('that is absent (%s) is told, and a file is kept only when asked for by name', async (_name, address) => {
    const nowhere = { DBUS_SESSION_BUS_ADDRESS: address };
    const refused = await agentbox(['creds', 'set', 'TOKEN'], { input: VALUE, env: nowhere });
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining('there is no keychain to ask') });
    expect(refused.stderr).toContain('agentbox creds set --store file');
    expect(config()).toBe(CONFIG);
    expect(existsSync(join(lab.data, 'secrets'))).toBe(false);
  });

  it('is not needed for a file, which is private, not encrypted, and not part of an export', async () => {
    const kept = await set('TOKEN', '--client', 'acme', '--store', 'file');
    expect(kept).toMatchObject({ code: 0, stderr: expect.stringContaining('which is not encrypted') });
    const file = join(lab.data, 'secrets/acme/TOKEN');
    expect(readFileSync(file, 'utf8')).toBe(VALUE);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
    const ran = await run('sh', '-c', 'printf %s "$TOKEN"; ls -R / 2>/dev/null | grep -x TOKEN');
    expect(ran, ran.stderr).toMatchObject({ stdout: VALUE });
    const out = join(lab.home, 'acme.tar.gz');
    expect(await agentbox(['client', 'export', 'acme', '--with-logins', '-o', out])).toMatchObject({ code: 0 });
    expect(execFileSync('tar', ['-tzf', out], { encoding: 'utf8' })).not.toMatch(/TOKEN|secrets/);
  });

  it('gets a value that nobody sees while it is typed', async () => {
    const { lookup } = await open();
    const argv = lab.argv(['creds', 'set', 'TOKEN', '--client', 'acme'], keyring?.env);
    const terminal = openTerminal(argv, lab.project);
    await terminal.until(/Value of TOKEN/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = terminal.text().length;
    for (const key of 'qzjxkw') {
      terminal.type(key);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(terminal.text().slice(before)).toBe('');
    terminal.type('\r');
    expect(await terminal.end()).toBe(0);
    expect(terminal.text()).not.toMatch(/[qzjx•*▪]/);
    expect(lookup('agentbox', 'acme/TOKEN')).toBe('qzjxkw');

    const stopped = openTerminal(argv, lab.project);
    await stopped.until(/Value of TOKEN/);
    await new Promise((resolve) => setTimeout(resolve, 300));
    stopped.type('abc\u0003');
    expect(await stopped.end()).toBe(130);
    expect(lookup('agentbox', 'acme/TOKEN')).toBe('qzjxkw');
  });
});

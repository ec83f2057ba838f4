import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from './lab.ts';

const PASSWORD = 'keyring-password';
const LOGIN = '/org/freedesktop/secrets/collection/login';

/** A session bus with a real gnome-keyring on it, for the calls of a lab. */
export interface Keyring {
  /** What a program needs to find the bus. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a program on the bus as the lab's caller; gives what it printed. Throws when it fails. */
  run(argv: readonly string[], input?: string): string;
  /** The value of an item, as another program finds it; undefined when there is none. */
  lookup(service: string, account: string): string | undefined;
  lock(): void;
  /** Ends the bus and the keyring with it. */
  close(): void;
}

/**
 * Starts a keyring that is unlocked. Where `prompt` is `silent`, the window that would ask for its password never comes up
 * and never fails, as one on a screen that nobody looks at; else there is no display, and it fails at once.
 */
export async function openKeyring(lab: Lab, prompt: 'silent' | 'none' = 'none'): Promise<Keyring> {
  const runtime = join(lab.home, 'runtime');
  const data = join(lab.home, '.local/share');
  if (prompt === 'silent') {
    const service = '[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sleep 600\n';
    lab.write(join(data, 'dbus-1/services/org.gnome.keyring.SystemPrompter.service'), service, 0o644);
  }
  const session = lab.environment({ XDG_RUNTIME_DIR: runtime, XDG_DATA_HOME: data });
  // The daemon forks before it answers on the bus; asked too early, the bus would start a second one, which is locked.
  const script = `
    mkdir -p -m 0700 "$XDG_RUNTIME_DIR"
    printf ${PASSWORD} | gnome-keyring-daemon --unlock --components=secrets >/dev/null
    asked="--session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets"
    until dbus-send $asked | grep -q "boolean true"; do sleep 0.05; done
    echo "$DBUS_SESSION_BUS_ADDRESS"
    read -r the_end`;
  const [file = '', ...args] = [...lab.ground.as, 'dbus-run-session', '--', 'sh', '-c', script];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'ignore'], env: session, cwd: '/', detached: true });
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no keyring after 20 s')), 20_000);
    child.on('error', reject);
    child.stdout.on('data', (data: Buffer) => {
      clearTimeout(timer);
      resolve(data.toString().trim());
    });
  });
  const env = { DBUS_SESSION_BUS_ADDRESS: address };
  const run = (argv: readonly string[], input = '') => {
    const [program = '', ...rest] = [...lab.ground.as, ...argv];
    const ended = spawnSync(program, rest, {
      input,
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...session, ...env },
      cwd: '/',
    });
    if (ended.status !== 0) throw new Error(`${argv.join(' ')}: ${ended.status} ${ended.stderr}`);
    return ended.stdout;
  };
  return {
    env,
    run,
    lookup(service, account) {
      const query = ['secret-tool', 'lookup', 'service', service, 'username', account];
      // It fails without a word where there is none.
      return run(['sh', '-c', '"$@" || true', 'sh', ...query]) || undefined;
    },
    lock() {
      const to = ['--session', '--print-reply', '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets'];
      run(['dbus-send', ...to, 'org.freedesktop.Secret.Service.Lock', `array:objpath:${LOGIN}`]);
    },
    close() {
      // The bus leaves behind what it has started; the keyring, in a group of its own, ends with the bus.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, 'SIGTERM');
      }
    },
  };
}

/** Puts the keyring library beside the program of a lab, as an installation has it. */
export function installKeyringLibrary(lab: Lab): void {
  const from = fileURLToPath(new URL('../../../node_modules/@napi-rs', import.meta.url));
  const to = join(lab.dir, 'node_modules/@napi-rs');
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** The programs that a keyring needs and that are not here. */
export function missingForKeyring(): readonly string[] {
  const needed = ['dbus-run-session', 'dbus-send', 'gnome-keyring-daemon', 'secret-tool'];
  return needed.filter((program) => spawnSync('sh', ['-c', 'command -v "$0"', program]).status !== 0);
}

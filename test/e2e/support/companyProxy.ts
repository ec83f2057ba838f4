import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reached } from './reached.ts';

/** A real tinyproxy that wants a login, as a company's proxy. */
export interface CompanyProxy {
  /** All that it was asked for, in its own words. */
  log(): string;
  stop(): Promise<void>;
  close(): void;
}

interface Settings {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The names that it can look up. */
  readonly names: Readonly<Record<string, string>>;
}

/** Starts one, in a mount namespace of its own since it looks names up in /etc/hosts. Needs root. */
export async function startCompanyProxy({ address, port, user, password, names }: Settings): Promise<CompanyProxy> {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-tinyproxy-'));
  const log = join(dir, 'log');
  const lines = [
    `Port ${port}`,
    `Listen ${address}`,
    `BasicAuth ${user} ${password}`,
    'LogLevel Connect',
    'Timeout 60',
  ];
  writeFileSync(join(dir, 'config'), `${lines.join('\n')}\nLogFile "${log}"\n`);
  const hosts = Object.entries(names).map(([name, at]) => `${at} ${name}\n`);
  writeFileSync(join(dir, 'hosts'), hosts.join(''));
  const script = 'mount --bind "$0/hosts" /etc/hosts && exec tinyproxy -d -c "$0/config"';
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, dir], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await reached(address, port);
  return {
    log: () => readFileSync(log, 'utf8'),
    stop: () => {
      child.kill('SIGKILL');
      return ended;
    },
    close: () => {
      child.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

/** A real ssh-agent of the caller's, with one key. */
export interface CallersSshAgent {
  readonly env: Readonly<Record<string, string>>;
  readonly publicKey: string;
  close(): void;
}

/** Starts it in the home of a lab. */
export function startCallersSshAgent({ ground, home, environment }: Lab): CallersSshAgent {
  const env = { SSH_AUTH_SOCK: join(home, 'agent.sock') };
  const key = join(home, 'key');
  const asCaller = (...argv: readonly string[]) => {
    const [file = '', ...args] = [...ground.as, ...argv];
    const ended = spawnSync(file, args, { encoding: 'utf8', timeout: 30_000, env: environment(env) });
    if (ended.status !== 0) throw new Error(`${argv.join(' ')}: ${ended.stderr}`);
    return ended.stdout;
  };
  asCaller('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key);
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(asCaller('ssh-agent', '-a', env.SSH_AUTH_SOCK))?.[1]);
  asCaller('ssh-add', '-q', key);
  return { env, publicKey: readFileSync(`${key}.pub`, 'utf8'), close: () => void process.kill(pid) };
}

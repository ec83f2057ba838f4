import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reached } from './reached.ts';

/** A real sshd on addresses of a test's own, for one bare repository of git. */
export interface Sshd {
  /** The address of the repository for a host, and a port besides 22. */
  url(host: string, port?: number): string;
  /** A line of known_hosts for a name, which may be `[host]:port`. */
  known(name: string): string;
  /** Runs git in the repository. */
  git(...args: readonly string[]): string;
  close(): void;
}

/** Who logs in has root's name, as only root can serve port 22, but no more than git-shell. */
const ONLY_GIT = 'restrict,command="git-shell -c \\"$SSH_ORIGINAL_COMMAND\\""';

/** Starts one for the owner of a public key; the address must be this machine's. Needs root and openssh-server. */
export async function startSshd(address: string, ports: readonly number[], publicKey: string): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-sshd-'));
  const repository = join(dir, 'repository.git');
  const run = (file: string, ...args: readonly string[]) =>
    execFileSync(file, args, { encoding: 'utf8', stdio: 'pipe', timeout: 30_000 });
  const git = (...args: readonly string[]) => run('git', '-C', repository, ...args);
  run('git', 'init', '-q', '--bare', '-b', 'main', repository);
  const tree = git('mktree', '--missing');
  const first = git('-c', 'user.name=lab', '-c', 'user.email=lab@lab.test', 'commit-tree', '-m', 'first', tree.trim());
  git('update-ref', 'refs/heads/main', first.trim());
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'key of the lab', '-f', join(dir, 'host'));
  writeFileSync(join(dir, 'authorized'), `${ONLY_GIT} ${publicKey}`);
  const settings = {
    ...{ HostKey: join(dir, 'host'), AuthorizedKeysFile: join(dir, 'authorized'), PidFile: 'none' },
    ...{ PermitRootLogin: 'forced-commands-only', StrictModes: 'no', UsePAM: 'no', PasswordAuthentication: 'no' },
  };
  const lines = [
    ...Object.entries(settings).map(([name, value]) => `${name} ${value}`),
    ...ports.map((port) => `ListenAddress ${address}:${port}`),
  ];
  writeFileSync(join(dir, 'config'), `${lines.join('\n')}\n`);
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const sshd: ChildProcess = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(dir, 'config')], { stdio: 'ignore' });
  await Promise.all(ports.map((port) => reached(address, port)));
  return {
    url: (host, port) => `ssh://root@${host}${port === undefined ? '' : `:${port}`}${repository}`,
    known: (name) => `${name} ${readFileSync(join(dir, 'host.pub'), 'utf8')}`,
    git,
    close: () => {
      sshd.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WHO = ['-c', 'user.name=o', '-c', 'user.email=o@p.test', '-c', 'protocol.file.allow=always', '-c', 'gc.auto=0'];

/** Runs git as nobody in particular; gives what it prints and throws for what goes wrong. */
export function git(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = tryGit(cwd, ...args);
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

/** The same, for what may go wrong. */
export function tryGit(cwd: string, ...args: readonly string[]) {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_EDITOR: 'true' };
  return spawnSync('git', [...WHO, ...args], { cwd, env, encoding: 'utf8', timeout: 30_000 });
}

/** Makes a repository with one commit of `files`. */
export function makeRepository(
  path: string,
  files: Readonly<Record<string, string>> = { 'a.txt': 'a\n' },
  ...init: string[]
) {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '-q', '-b', 'main', ...init);
  commitFiles(path, files, 'first');
  return path;
}

/** Writes files and commits them. */
export function commitFiles(path: string, files: Readonly<Record<string, string>>, message: string): void {
  for (const [name, content] of Object.entries(files)) put(join(path, name), content);
  git(path, 'add', '-A');
  git(path, 'commit', '-qm', message);
}

/** Writes a file and the folders above it. */
export function put(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

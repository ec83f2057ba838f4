import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathsOf } from '../../../../src/config/paths.ts';
import { execute } from '../../../../src/execute.ts';
import type { GuardSettings } from '../../../../src/workspace/sinks/lookAtSinks.ts';

/** A project in a directory of its own. */
export interface TestTree {
  /** The project, a real path. */
  readonly path: string;
  readonly context: {
    readonly execute: typeof execute;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly paths: ReturnType<typeof pathsOf>;
    readonly now: () => Date;
  };
  write(...files: readonly string[]): void;
  link(path: string, target: string): void;
  git(...args: readonly string[]): string;
  close(): void;
}

/** An empty project, beside a home directory of its own. */
export function testTree(): TestTree {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'agentbox-sinks-')));
  const path = join(dir, 'project');
  const home = join(dir, 'home');
  mkdirSync(path);
  mkdirSync(home);
  const at = (name: string) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    return join(path, name);
  };
  return {
    path,
    context: {
      ...{ execute, env: { PATH: process.env['PATH'] }, paths: pathsOf({}, home) },
      now: () => new Date('2026-11-28T12:00:00Z'),
    },
    write(...files) {
      for (const name of files) {
        if (name.endsWith('/')) mkdirSync(join(path, name), { recursive: true });
        else writeFileSync(at(name), `content of ${name}\n`);
      }
    },
    link: (name, target) => symlinkSync(target, at(name)),
    git(...args) {
      const who = ['-c', 'user.name=o', '-c', 'user.email=o@project.test', '-c', 'safe.directory=*'];
      const env = { PATH: process.env['PATH'], HOME: home };
      const ended = spawnSync('git', [...who, '-C', path, ...args], { encoding: 'utf8', timeout: 20_000, env });
      if (ended.status !== 0) throw new Error(`git ${args.join(' ')}: ${ended.stderr}`);
      return ended.stdout;
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Nothing set. */
export const NO_SETTINGS: GuardSettings = { mask: [], unmask: [], protect: [], unprotect: [], strict: false };

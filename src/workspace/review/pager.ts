import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Writable } from 'node:stream';
import type { Context } from '../../context.ts';

/** Where a long text for people goes, until `end`, which waits for the pager to be left. */
export interface Paged {
  readonly out: Writable;
  readonly end: () => Promise<void>;
}

/**
 * The user's pager on a terminal, else standard output. It is started without a shell, and `less` without the keys that run
 * programs or open files.
 */
export function openPager({ io, env }: Pick<Context, 'io' | 'env'>): Paged {
  const argv = pagerOf(env);
  const [file, ...args] = argv;
  if (!io.outIsTerminal || !io.inIsTerminal || file === undefined) return direct(io.out);
  const child = spawn(file, args, {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...env, LESS: env['LESS'] ?? 'FRX', LESSSECURE: '1', LESSOPEN: undefined, LESSCLOSE: undefined },
  });
  const out = new PassThrough();
  // One who leaves the pager early does not want the rest.
  child.stdin.on('error', () => out.resume());
  const gone = new Promise<'left' | 'missing'>((resolve) => {
    child.on('error', () => resolve('missing'));
    child.on('close', () => resolve('left'));
  });
  child.on('spawn', () => out.pipe(child.stdin));
  child.on('error', () => out.pipe(io.out, { end: false }));
  child.on('close', () => out.resume());
  return {
    out,
    async end() {
      const over = once(out, 'end');
      out.end();
      if ((await gone) === 'missing') await over;
    },
  };
}

/** The pager as argv: `$PAGER` in words, or less; none for `cat` or an empty one. Pure. */
export function pagerOf(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const words = (env['PAGER'] ?? 'less').split(/\s+/).filter((word) => word !== '');
  return words.length === 1 && words[0] === 'cat' ? [] : words;
}

function direct(stream: Writable): Paged {
  const out = new PassThrough();
  out.pipe(stream, { end: false });
  return {
    out,
    async end() {
      const over = once(out, 'end');
      out.end();
      await over;
    },
  };
}

import { PassThrough, Writable } from 'node:stream';
import { Command } from 'commander';
import { loadConfig } from '../../../src/config/load.ts';
import { pathsOf } from '../../../src/config/paths.ts';
import type { Context } from '../../../src/context.ts';
import type { BoxInfo } from '../../../src/engine/engine.ts';
import { UserError } from '../../../src/errors.ts';
import { execute } from '../../../src/execute.ts';
import { terminalPrompter } from '../../../src/ui/prompterTerminal.ts';

/** A context on a home of its own, without a terminal, that keeps what is written. */
export interface TestContext extends Context {
  readonly written: { out: string; err: string };
}

/** `boxes` are those of every engine that is there; undefined: there is no engine. */
export function testContext(
  home: string,
  more: { boxes?: readonly BoxInfo[]; answer?: boolean; secret?: string } = {},
): TestContext {
  const written = { out: '', err: '' };
  const into = (stream: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[stream] += String(chunk);
        done();
      },
    });
  const io = {
    in: new PassThrough(),
    out: into('out'),
    err: into('err'),
    inIsTerminal: false,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    colour: false,
  };
  const paths = pathsOf({}, home);
  const { answer, boxes, secret = '' } = more;
  return {
    io,
    env: {},
    cwd: home,
    platform: process.platform,
    caller: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: 'user' },
    program: ['/usr/bin/false'],
    paths,
    now: () => new Date('2026-01-02T03:04:05Z'),
    prompter: answer === undefined ? terminalPrompter(io) : { confirm: async () => answer, secret: async () => secret },
    execute,
    config: () => loadConfig(paths),
    async engine() {
      if (boxes === undefined) throw new UserError('engine', 'there is no engine');
      return {
        kind: 'docker',
        facts: async () => ({ endpoint: '/fake.sock' }),
        boxes: async () => boxes,
        volumes: async () => [],
        removeVolume: async () => {},
        remove: async () => {},
      } as unknown as Awaited<ReturnType<Context['engine']>>;
    },
    written,
  };
}

/** Runs a command line of some registered commands; gives what came out on stdout. */
export async function runCommand(
  context: TestContext,
  register: (program: Command, context: Context) => void,
  ...argv: string[]
): Promise<string> {
  const program = new Command('agentbox').exitOverride();
  register(program, context);
  context.written.out = '';
  await program.parseAsync(argv, { from: 'user' });
  return context.written.out;
}

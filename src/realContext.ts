import { userInfo } from 'node:os';
import { isSea } from 'node:sea';
import { pathsOf } from './config/paths.ts';
import type { Context } from './context.ts';
import type { Engine } from './engine/engine.ts';
import { execute } from './execute.ts';
import { coloursOf } from './ui/colours.ts';
import type { Io } from './ui/io.ts';

/** The context of the real process: the only place that reads process.env, process.cwd and the user. */
export function realContext(process: NodeJS.Process): Context {
  const io = realIo(process);
  const user = userInfo();
  const home = process.env['HOME'] || user.homedir;
  const paths = pathsOf(process.env, home);
  const context: Context = {
    io,
    env: process.env,
    cwd: process.cwd(),
    platform: process.platform,
    caller: { uid: user.uid, gid: user.gid, name: user.username },
    program: isSea() ? [process.execPath] : [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
    paths,
    now: () => new Date(),
    execute,
    prompter: {
      async confirm(question, flag) {
        const { terminalPrompter } = await import('./ui/prompterTerminal.ts');
        return terminalPrompter(io).confirm(question, flag);
      },
      async secret(question, instead) {
        const { terminalPrompter } = await import('./ui/prompterTerminal.ts');
        return terminalPrompter(io).secret(question, instead);
      },
    },
    config: once(async () => (await import('./config/load.ts')).loadConfig(paths)),
    engine: knownEngines(() => context),
  };
  return context;
}

function realIo(process: NodeJS.Process): Io {
  const { stdin, stdout, stderr } = process;
  const colours = coloursOf(process.env, { out: stdout.isTTY === true, err: stderr.isTTY === true });
  return {
    in: stdin,
    out: stdout,
    err: stderr,
    inIsTerminal: stdin.isTTY === true,
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true,
    columns: stderr.columns ?? stdout.columns ?? 80,
    colour: colours.err,
    outColour: colours.out,
    live: stderr.isTTY === true && process.env['TERM'] !== 'dumb',
    volume: { quiet: false, verbose: false },
  };
}

/** Each engine is looked for once, and asked about itself once; a failure is not kept. */
function knownEngines(contextOf: () => Context): Context['engine'] {
  const known = new Map<string, Promise<Engine>>();
  return async (choice) => {
    const context = contextOf();
    const { detectEngine, wantedEngine } = await import('./engine/detect.ts');
    const wanted = wantedEngine(choice, context.env);
    const there = known.get(wanted);
    if (there !== undefined) return there;
    const asked = detectEngine(choice, context);
    known.set(wanted, asked);
    asked.then(
      ({ kind }) => known.has(kind) || known.set(kind, asked),
      () => known.delete(wanted),
    );
    return asked;
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

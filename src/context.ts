import type { LoadedConfig } from './config/load.ts';
import type { Paths } from './config/paths.ts';
import type { EngineChoice } from './engine/detect.ts';
import type { Engine } from './engine/engine.ts';
import type { Execute } from './execute.ts';
import type { Io } from './ui/io.ts';
import type { Prompter } from './ui/prompter.ts';

/** The user who called, as the operating system knows them. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/**
 * Everything a command may use of the outside world. Made in one place (main.ts); nothing deeper reads process.env or
 * process.cwd(). What costs time is a function, called when needed.
 */
export interface Context {
  readonly io: Io;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly caller: Caller;
  /** The argv that starts this very program, for a process of its own beside this one. */
  readonly program: readonly [string, ...string[]];
  readonly paths: Paths;
  readonly now: () => Date;
  readonly prompter: Prompter;
  /** Runs a program of the host: argv only, with a time limit. */
  readonly execute: Execute;
  /** The user's configuration file, or the empty one; throws UserError('config', …). */
  readonly config: () => Promise<LoadedConfig>;
  /** The engine to use; throws UserError('engine', …) that says what was tried. */
  readonly engine: (choice: EngineChoice) => Promise<Engine>;
}

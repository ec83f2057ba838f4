import type { GitSetting } from '../credentials/gitConfigText.ts';

/** What a plan must know of a project's files; looked at before each run, without following a link. Plain data. */
export interface WorkspaceFacts {
  /** The project's own repository first, then those that lie in it; none for a folder without git. */
  readonly repositories: readonly RepositoryFacts[];
  /** What the host runs by itself or on a visit, is not tracked, and is there: read-only in the box. */
  readonly guarded: readonly GuardedPath[];
  /** Files with secrets, relative to the project: empty in the box. */
  readonly masked: readonly string[];
  /** One line for each thing the user must know of it. */
  readonly notices: readonly string[];
  /** Which folder each is (an inode's number), to tell what is moved about; absent where there are too many, or nothing is looked for. */
  readonly folders?: Readonly<Record<string, string>>;
  /** The clone of an earlier box that this run goes on in. */
  readonly continues?: { readonly box: string; readonly volume: string } | undefined;
  /** What was there before the box, to tell what appears; absent where nothing is looked for (clone, readonly). */
  readonly baseline?: Baseline;
}

/** What of the host's to run was in a project before its box, and how to look for more. Paths are relative to the project. */
export interface Baseline {
  /** Which file each is (`device:inode`); empty where the box may put any other in its place. */
  readonly present: Readonly<Record<string, string>>;
  /** Guarded and masked paths that another file must not take the place of: the mount in the box would be gone. */
  readonly mounted: Readonly<Record<string, string>>;
  /** Named by the host's own settings, besides the list of sinks. */
  readonly named: readonly NamedSink[];
  /** The user's patterns. */
  readonly protect: readonly string[];
  readonly unprotect: readonly string[];
}

/** A path that the settings of the host's git run; something may be there or not. */
export interface NamedSink {
  readonly path: string;
  readonly reason: string;
}

/** A repository as its `.git` leads to it. Paths are real and absolute unless said otherwise. */
export interface RepositoryFacts {
  /** The folder of its files, relative to the project; empty for the project itself. */
  readonly place: string;
  /** What its `.git` is: the directory itself, or a file that names one (a linked worktree, a submodule). */
  readonly dotGit: 'directory' | 'file';
  /** Where HEAD and the index are. */
  readonly gitDir: string;
  /** Where branches, configuration and objects are; the same but for linked worktrees. */
  readonly commonDir: string;
  /** Its object directories: its own first, then those it borrows from. */
  readonly objects: readonly string[];
  /** Those of `objects` that name others in `info/alternates`, by paths that mean nothing in a box. */
  readonly borrowing: readonly string[];
  /** The settings that the box gets of it: nothing that runs a program, and no password. */
  readonly config: readonly GitSetting[];
}

/** A path of the project that the box may not change. */
export interface GuardedPath {
  /** Relative to the project. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** What of the host would run it, in words. */
  readonly reason: string;
}

/** A folder in which there is nothing to guard. */
export const PLAIN_WORKSPACE: WorkspaceFacts = { repositories: [], guarded: [], masked: [], notices: [] };

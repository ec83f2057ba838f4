import { randomBytes } from 'node:crypto';
import { shell } from '../agents/shell.ts';
import { type HelperResult, type HelperStreams, runHelper } from '../box/helper.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { folderOf, loadAssets } from '../image/assets.ts';
import { chooseImage } from '../image/choose.ts';
import { helperBox, helperName } from '../plan/helperBox.ts';
import { selinuxLevel } from '../plan/selinux.ts';
import type { Mount } from '../plan/spec.ts';
import { waiting } from '../ui/waiting.ts';
import type { WorkspaceRecord } from './record.ts';

/** One piece of work on git, done in a helper box without a network. */
export interface GitWork extends HelperStreams {
  /** The program: a file of images/workspace, run by sh. */
  readonly script: string;
  readonly args?: readonly string[];
  /** What it sees. Never both what a box wrote and, writable, what the host trusts. */
  readonly mounts: readonly Mount[];
  /** Milliseconds. */
  readonly timeout?: number;
  /** What its name ends in, for those who must find it again; see gitBoxName. */
  readonly suffix?: string;
}

/** Whose work it is: the box's user, client and runtime. */
export type GitWorkFor = Pick<WorkspaceRecord, 'client' | 'user' | 'runtime'> & Partial<Pick<WorkspaceRecord, 'box'>>;

/** Where the programs are in the helper box. */
const PROGRAMS = '/tmp/agentbox';

const PURPOSE = 'git';

/** Milliseconds that a large repository may take. */
const LIMIT = 600_000;

/** git as the helper has it: no settings of anybody, no hook, no watcher, no question, and every folder is trusted. */
export const GIT_ENV: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  ...configuration({
    'safe.directory': '*',
    'core.hooksPath': '/dev/null',
    'core.fsmonitor': 'false',
    'core.attributesFile': '/dev/null',
    'core.quotePath': 'false',
    'gc.auto': '0',
    'maintenance.auto': 'false',
    'protocol.allow': 'never',
    'submodule.recurse': 'false',
  }),
};

/**
 * Runs a script of images/workspace in a helper box that is the box's user and has git and no network. Never throws for its
 * exit code; throws UserError for trouble of the engine, and after `timeout`.
 */
export async function gitBox(context: Context, engine: Engine, who: GitWorkFor, work: GitWork): Promise<HelperResult> {
  const { script, args = [], mounts, timeout = LIMIT, suffix = randomBytes(4).toString('hex'), ...streams } = work;
  const [assets, { ref }, facts] = await Promise.all([
    loadAssets(),
    chooseImage(engine, shell, { agentVersion: {}, image: undefined }, context),
    engine.facts(),
  ]);
  const programs = Object.entries(folderOf(assets, 'workspace'));
  if (!programs.some(([name]) => name === script)) throw new Error(`images/workspace has no ${script}`);
  const path = `${PROGRAMS}/${script}`;
  const spec = helperBox({
    ...{ purpose: PURPOSE, suffix, image: ref, user: who.user },
    ...{ argv: ['/bin/sh', path, ...args], network: 'none', mounts, runtime: who.runtime },
    selinuxLevel: facts.selinux ? selinuxLevel(who.client) : undefined,
    box: who.box,
  });
  // All of them, since some have parts in common.
  const files = programs.map(
    ([name, { content }]) =>
      ({ op: 'file', path: `${PROGRAMS}/${name}`, mode: '700', when: 'always', content }) as const,
  );
  const working = runHelper(
    engine,
    { ...spec, logged: false, env: { ...spec.env, ...GIT_ENV } },
    files,
    timeout,
    streams,
  );
  // What is read may be on its way to the same terminal.
  return streams.output === undefined ? waiting(context.io, 'git is at work', working) : working;
}

/** The name of the helper box of a piece of work with this suffix. */
export function gitBoxName(suffix: string): string {
  return helperName(PURPOSE, suffix);
}

/** Settings as variables: they win over every file. */
function configuration(settings: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(settings);
  const pairs = entries.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: `${entries.length}`, ...Object.fromEntries(pairs) };
}

import { rmSync } from 'node:fs';
import { lstat, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { realPathOf } from '../../config/realPath.ts';
import type { Context } from '../../context.ts';
import type { BoxInfo, Engine } from '../../engine/engine.ts';
import { CancelledError, UsageError, UserError } from '../../errors.ts';
import { say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { judge } from '../../workspace/landing/judge.ts';
import { riskLine } from '../../workspace/landing/lines.ts';
import { collected } from './collected.ts';
import { type Copy, splitPath } from './place.ts';
import { refuseShared } from './shared.ts';
import { type Unpacked, unpack } from './unpack.ts';

/** How a copy out of a box is done. */
export interface OutOptions {
  /** A file that is there is replaced. */
  readonly force?: boolean;
  /** What the host would run comes without a question. */
  readonly allowRisky?: boolean;
}

/** What a shell reports for Ctrl-C. */
const INTERRUPTED = 130;
/** Bytes that one copy may have. */
const LARGEST = 4 * 1024 ** 3;
/** Lines about what is risky, and about what stayed behind. */
const LINES = 20;
/** A box could make one that never ends: what is too much ends it in the box. Arguments: folder, name, bytes. */
const PACK = 'set -o pipefail; tar -C "$1" -cf - -- "$2" | head -c "$3"';

/**
 * Copies out of a running box, which is not trusted: into a folder of its own first, then to its place in one step. Nothing is written
 * elsewhere, and what this machine would run needs a yes. Throws UserError, CancelledError for a no.
 */
export async function copyOut(
  context: Context,
  engine: Engine,
  box: BoxInfo,
  { inBox, here }: Copy,
  options: OutOptions,
): Promise<void> {
  const asked = splitPath(inBox);
  if (asked === undefined) throw new UsageError(`cp: ${inBox} has no name of its own`, ['name a file or a folder']);
  const target = await targetOf(resolve(context.cwd, here), here.endsWith('/'), asked.name);
  await refuseShared(context, engine, target);
  await refuseTaken(target, options);
  const stage = await mkdtemp(join(dirname(target), '.agentbox-cp-')).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError('state', `nothing can be written to ${plain(dirname(target))}`, {
      why: cause.message,
      next: ['name another folder'],
    });
  });
  const interrupted = () => {
    rmSync(stage, { recursive: true, force: true });
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', interrupted);
  try {
    const unpacked = await fetched(engine, box, asked, stage);
    await agreeRisks(context, unpacked, target, options);
    const it = join(stage, 'it');
    const [old, made] = await Promise.all([lstat(target).catch(() => undefined), lstat(it)]);
    // A rename puts a folder over an empty one, and takes the place of a file.
    if (old !== undefined && !(options.force && old.isFile() && made.isFile())) throw taken(target);
    await rename(it, target);
    for (const line of unpacked.left.slice(0, LINES)) say(context.io, `agentbox: left behind: ${line}`);
    if (unpacked.left.length > LINES) say(context.io, `agentbox: and ${unpacked.left.length - LINES} more`);
  } finally {
    process.off('SIGINT', interrupted);
    await rm(stage, { recursive: true, force: true });
  }
}

/** Into a folder that is there, else under the name that was given. Links of the caller's own on the way are followed once, here. */
async function targetOf(wanted: string, isFolder: boolean, name: string): Promise<string> {
  const real = await realPathOf(wanted);
  const entry = await lstat(real).catch(() => undefined);
  if (entry?.isDirectory()) return join(real, name);
  if (isFolder) throw new UserError('project', `there is no folder ${plain(wanted)}`, { next: [`mkdir -p ${wanted}`] });
  const parent = await lstat(dirname(real)).catch(() => undefined);
  if (parent?.isDirectory()) return real;
  throw new UserError('project', `there is no folder ${plain(dirname(wanted))}`, {
    next: [`mkdir -p ${dirname(wanted)}`],
  });
}

async function refuseTaken(target: string, { force }: OutOptions): Promise<void> {
  const entry = await lstat(target).catch(() => undefined);
  if (entry !== undefined && !(force && entry.isFile())) throw taken(target, entry.isFile());
}

function taken(target: string, isFile = false): UserError {
  return new UserError('refused', `${plain(target)} is there already`, {
    next: [...(isFile ? ['--force replaces it'] : []), 'copy to another place'],
  });
}

async function fetched(
  engine: Engine,
  box: BoxInfo,
  { folder, name }: { folder: string; name: string },
  stage: string,
): Promise<Unpacked> {
  const archive = new PassThrough();
  const said = collected();
  const streams = { stdin: Readable.from([]), stdout: archive, stderr: said.stream, terminal: undefined };
  const argv = ['bash', '-c', PACK, 'bash', folder, name, String(LARGEST)];
  const packing = engine.exec(box.id, argv, { streams }).finally(() => archive.end());
  packing.catch(() => {});
  const unpacking = unpack(archive, name, stage);
  // What is not read any more must not hold the other end.
  unpacking.catch(() => archive.resume());
  const [code, unpacked] = await Promise.allSettled([packing, unpacking]);
  if (code.status === 'rejected') throw code.reason;
  // Killed by a closed pipe: head had enough.
  if (code.value === 141) throw new UserError('refused', 'it has more than 4 GiB', { next: ['copy a part of it'] });
  if (code.value !== 0) {
    throw new UserError('box', `${box.name} did not give ${plain(posix.join(folder, name))}`, {
      why: plain(said.firstLine()),
    });
  }
  if (unpacked.status === 'rejected') throw unpacked.reason;
  return unpacked.value;
}

/** What this machine would run by itself is told, and needs a yes. */
async function agreeRisks(context: Context, unpacked: Unpacked, target: string, { allowRisky }: OutOptions) {
  const named = unpacked.changes.map((change) => ({ ...change, path: join(target, change.path).slice(1) }));
  const { refused, asked } = judge(named, () => []);
  const risks = [...refused, ...asked].map((risk) => ({ ...risk, level: 'ask' as const, path: `/${risk.path}` }));
  if (risks.length === 0) return;
  for (const risk of risks.slice(0, LINES)) say(context.io, `agentbox: ${riskLine(risk)}`);
  if (risks.length > LINES) say(context.io, `agentbox: and ${risks.length - LINES} more`);
  if (allowRisky) return;
  if (!(await context.prompter.confirm(`Copy ${plain(basename(target))} all the same?`, '--allow-risky'))) {
    throw new CancelledError();
  }
}

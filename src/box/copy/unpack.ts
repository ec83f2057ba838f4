import { createWriteStream } from 'node:fs';
import { lstat, mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import type { Change } from '../../workspace/landing/change.ts';
import { type Entry, entryOf } from './entry.ts';

/** Entries that one copy may have. */
const MOST = 200_000;
/** Bytes of a file, and of all, that are kept to be judged. */
const JUDGED = 1024 * 1024;
const JUDGED_ALL = 64 * 1024 * 1024;

/** What came out of a box. */
export interface Unpacked {
  readonly files: number;
  /** What stayed behind, a line each. */
  readonly left: readonly string[];
  /** The same as changes of a project, to be judged; their paths are relative to what was asked for. */
  readonly changes: readonly Change[];
}

/**
 * Unpacks an archive that a box has written into `to`, a new folder of the caller's alone, where `asked` becomes `to/it`. Files and
 * folders get ordinary modes; links are made last, so that nothing is written through one. Throws UserError('refused') for one with too
 * many entries, or that is none.
 */
export async function unpack(archive: Readable, asked: string, to: string): Promise<Unpacked> {
  const { createTarDecoder } = await import('modern-tar');
  const root = join(to, 'it');
  const links: Extract<Entry, { kind: 'link' }>[] = [];
  const left: string[] = [];
  const changes: Change[] = [];
  let [seen, files, judged] = [0, 0, 0];
  const entries = Readable.toWeb(archive).pipeThrough(
    createTarDecoder({ strict: true }) as never,
  ) as unknown as AsyncIterable<{
    readonly header: { name: string; type?: string; mode?: number; linkname?: string; size: number };
    readonly body: ReadableStream<Uint8Array>;
  }>;
  try {
    for await (const { header, body } of entries) {
      seen += 1;
      if (seen > MOST)
        throw new UserError('refused', `it has more than ${MOST} entries`, { next: ['copy a part of it'] });
      const entry = entryOf(header, asked);
      if (entry.kind === 'file') {
        const keeps = header.size <= JUDGED && judged + header.size <= JUDGED_ALL;
        const content = await writeFile(join(root, entry.path), entry.executable, body, keeps);
        judged += content?.length ?? 0;
        files += 1;
        changes.push({ path: entry.path, after: { mode: entry.executable ? '100755' : '100644', content } });
        continue;
      }
      await body.cancel();
      if (entry.kind === 'folder') await mkdir(join(root, entry.path), { recursive: true });
      else if (entry.kind === 'link') links.push(entry);
      else left.push(plain(`${entry.path}: ${entry.why}`));
    }
    for (const { path, target } of links) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await symlink(target, join(root, path));
      changes.push({ path, after: { mode: '120000', content: Buffer.from(target) } });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('refused', 'what the box sent cannot be unpacked', { why: plain(String(error)) });
  }
  const any = await lstat(root).catch(() => undefined);
  if (any === undefined)
    throw new UserError('refused', 'there is nothing in it that can be copied', { why: left[0] ?? '' });
  return { files, left, changes };
}

/** Writes a new file; gives what was written where `keeps`. Nothing that is there is opened: an archive may have one name twice. */
async function writeFile(
  path: string,
  executable: boolean,
  body: ReadableStream<Uint8Array>,
  keeps: boolean,
): Promise<Uint8Array | undefined> {
  await mkdir(dirname(path), { recursive: true });
  const chunks: Uint8Array[] = [];
  const source = Readable.fromWeb(body as never);
  if (keeps) source.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  await pipeline(source, createWriteStream(path, { flags: 'wx', mode: executable ? 0o755 : 0o644 }));
  return keeps ? Buffer.concat(chunks) : undefined;
}

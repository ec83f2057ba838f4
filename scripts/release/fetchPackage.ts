import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { unpackTar } from 'modern-tar';
import type { Pinned } from './targets.ts';

const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'agentbox-release');
const LIMIT = 600_000;

/** The files of a package by their paths in it; its archive is kept in the user's cache. Throws when it is not the pinned one. */
export async function fetchPackage(pinned: Pinned, wanted: (path: string) => boolean): Promise<Map<string, Buffer>> {
  const archive = await fetchArchive(pinned);
  const entries = await unpackTar(gunzipSync(archive), { filter: ({ name }) => wanted(inPackage(name)) });
  return new Map(entries.map(({ header, data }) => [inPackage(header.name), Buffer.from(data ?? [])]));
}

const inPackage = (name: string) => name.replace(/^package\//, '');

async function fetchArchive(pinned: Pinned): Promise<Buffer> {
  const kept = join(CACHE, `${pinned.name.replace(/^@/, '').replaceAll('/', '-')}-${pinned.version}.tgz`);
  if (existsSync(kept)) {
    const archive = await readFile(kept);
    if (isPinned(archive, pinned)) return archive;
  }
  await mkdir(CACHE, { recursive: true, mode: 0o700 });
  const own = await mkdtemp(join(CACHE, 'fetch-'));
  try {
    const spec = `${pinned.name}@${pinned.version}`;
    console.error(`fetching ${spec}`);
    await execa('npm', ['pack', spec, '--silent', '--pack-destination', own], { timeout: LIMIT, stdout: 'ignore' });
    const file = join(own, (await readdir(own))[0] ?? '');
    const archive = await readFile(file);
    if (!isPinned(archive, pinned)) throw new Error(`${spec} is not what scripts/release/targets.ts pins`);
    await rename(file, kept);
    return archive;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

function isPinned(archive: Buffer, { integrity }: Pinned): boolean {
  return `sha512-${createHash('sha512').update(archive).digest('base64')}` === integrity;
}

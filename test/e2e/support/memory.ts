import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import { type Canary, grepPatterns } from './canary.ts';
import type { Lab } from './lab.ts';

/** What a look at all that the processes of a box have in them has found. */
export interface Scanned {
  /** The processes of the host that were read, by their commands. */
  readonly processes: readonly string[];
  /** Bytes that were read. */
  readonly bytes: number;
  /** The places where one of the canaries was, in whichever form. */
  readonly found: readonly string[];
}

const PAGE = 4096;
const CHUNK = 4 * 1024 * 1024;
/** No needle is longer, so that none is lost between two chunks. */
const OVERLAP = PAGE;
const ZEROS = Buffer.alloc(CHUNK);

/**
 * Reads memory, environment and arguments of every process of a box from outside, as root; under gVisor those of its sandbox,
 * which holds the memory of the guests. Throws when there is no process.
 */
export function scanMemory(lab: Lab, id: string, canaries: readonly Canary[]): Scanned {
  const pids = lab.ground.gvisor ? sandboxOf(id) : processesOf(lab, id);
  if (pids.length === 0) throw new Error(`no process of ${id}`);
  const needles = [
    ...grepPatterns(canaries)
      .trimEnd()
      .split('\n')
      .map((line) => Buffer.from(line)),
    ...canaries.map(({ value }) => Buffer.from(value, 'utf16le')),
  ];
  const found = new Set<string>();
  let bytes = 0;
  const look = (place: string, chunk: Buffer) => {
    bytes += chunk.length;
    if (needles.some((needle) => chunk.includes(needle))) found.add(place);
  };
  for (const pid of pids) {
    const name = commandOf(pid);
    for (const file of ['environ', 'cmdline']) look(`${file} of ${name}`, read(`/proc/${pid}/${file}`));
    for (const { path, start, end } of regionsOf(pid)) {
      chunks(path, start, end, (chunk) => look(`memory of ${name}`, chunk));
    }
  }
  return { processes: pids.map(commandOf), bytes, found: [...found] };
}

/** A stretch of a file that holds memory. */
interface Region {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** What is in memory at all: programs reserve far more than they use. */
function regionsOf(pid: number): readonly Region[] {
  const path = `/proc/${pid}/mem`;
  const lines = read(`/proc/${pid}/smaps`).toString('latin1').split('\n');
  const regions: Region[] = [];
  let range: readonly [number, number] = [0, 0];
  for (const line of lines) {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line) ?? [];
    if (start !== undefined && end !== undefined) range = [Number.parseInt(start, 16), Number.parseInt(end, 16)];
    if (/^(Rss|Swap): +[1-9]/.test(line)) regions.push(...presentIn(pid, path, range));
  }
  return [...regions, ...memoryFiles(pid)];
}

/** The parts of a mapping whose pages are there; the table has 8 bytes a page, of which the top two bits tell it. */
function presentIn(pid: number, path: string, [start, end]: readonly [number, number]): readonly Region[] {
  const regions: Region[] = [];
  // A page that was never touched reads as zeros, and each read of it costs.
  if (end - start <= CHUNK) return [{ path, start, end }];
  chunks(`/proc/${pid}/pagemap`, (start / PAGE) * 8, (end / PAGE) * 8, (table, at) => {
    for (let entry = 0; entry + 8 <= table.length; entry += 8) {
      if ((table.readUInt8(entry + 7) & 0xc0) === 0) continue;
      const from = ((at + entry) / 8) * PAGE;
      const last = regions.at(-1);
      if (last !== undefined && from <= last.end && from >= last.start) {
        regions[regions.length - 1] = { ...last, end: Math.max(last.end, from + PAGE) };
      } else regions.push({ path, start: from, end: from + PAGE });
    }
  });
  return regions;
}

/** Files without a name that processes share as memory, gVisor's among them. */
function memoryFiles(pid: number): readonly Region[] {
  return names(`/proc/${pid}/fd`).flatMap((fd) => {
    const path = `/proc/${pid}/fd/${fd}`;
    try {
      return readlinkSync(path).startsWith('/memfd:') ? [{ path, start: 0, end: statSync(path).size }] : [];
    } catch {
      return [];
    }
  });
}

/** Gives a stretch of a file in overlapping chunks, without those of nothing but zeros; what cannot be read is left out. */
function chunks(path: string, start: number, end: number, each: (chunk: Buffer, at: number) => void): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return;
  }
  const buffer = Buffer.alloc(CHUNK);
  for (let at = start; at < end; at += CHUNK - OVERLAP) {
    try {
      const size = readSync(file, buffer, 0, Math.min(CHUNK, end - at), at);
      const chunk = buffer.subarray(0, size);
      if (!chunk.equals(ZEROS.subarray(0, size))) each(chunk, at);
    } catch {
      // The mapping is gone, or none that can be read, as that of the kernel is.
    }
    if (at + CHUNK >= end) break;
  }
  closeSync(file);
}

/** Every process of a container, by its number on this machine. Throws when the container has no namespace of its own. */
export function processesOf(lab: Lab, id: string): readonly number[] {
  const first = lab.engine(['inspect', '--format', '{{.State.Pid}}', id]).trim();
  const namespace = link(`/proc/${first}/ns/pid`);
  if (namespace === undefined || namespace === link('/proc/self/ns/pid')) throw new Error(`no box of its own: ${id}`);
  return numbers('/proc').filter((pid) => link(`/proc/${pid}/ns/pid`) === namespace);
}

function sandboxOf(id: string): readonly number[] {
  return numbers('/proc').filter((pid) => {
    const argv = read(`/proc/${pid}/cmdline`).toString('latin1');
    return /^runsc-(sandbox|gofer)\0/.test(argv) && argv.includes(id);
  });
}

const numbers = (path: string) =>
  names(path)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

const commandOf = (pid: number) =>
  `${pid} ${read(`/proc/${pid}/cmdline`).toString('latin1').replaceAll('\0', ' ').slice(0, 60)}`;

const read = (path: string) => attempt(() => readFileSync(path)) ?? Buffer.alloc(0);
const names = (path: string) => attempt(() => readdirSync(path)) ?? [];
const link = (path: string) => attempt(() => readlinkSync(path));

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

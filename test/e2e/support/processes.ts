import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process of this machine as it was at some moment; arguments and variables end with NUL. */
export interface Seen {
  readonly pid: number;
  readonly argv: Buffer;
  readonly environ: Buffer;
  /** It lives in a PID namespace of its own, as what runs in a box does. */
  readonly inBox: boolean;
}

/** Milliseconds between two looks; what the launcher starts lives for longer. */
const PACE = 20;

/** Looks at every process of this machine again and again until it is stopped, and gives each that it saw. */
export function watchProcesses(): { stop(): readonly Seen[] } {
  const seen = new Map<string, Seen>();
  const look = () => {
    for (const process of processesNow()) seen.set(`${process.pid} ${process.argv} ${process.environ.length}`, process);
  };
  look();
  const timer = setInterval(look, PACE);
  return {
    stop() {
      clearInterval(timer);
      look();
      return [...seen.values()];
    },
  };
}

/** Every process of this machine that may be looked at. */
function processesNow(): readonly Seen[] {
  const own = namespaceOf('self');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const argv = read(`/proc/${name}/cmdline`);
      if (argv.length === 0) return [];
      const namespace = namespaceOf(name);
      const inBox = namespace !== undefined && namespace !== own;
      return [{ pid: Number(name), argv, environ: read(`/proc/${name}/environ`), inBox }];
    });
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

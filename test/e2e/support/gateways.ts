import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { gatewayName } from '../../../src/plan/gatewayNames.ts';
import type { Lab } from './lab.ts';
import { processesOf } from './memory.ts';

/** The host's processes that belong to a lab's gateways: its keepers, and what runs in the gateways' containers. */
export interface GatewayProcesses {
  readonly keepers: readonly number[];
  readonly holders: readonly number[];
  readonly proxies: readonly number[];
}

/** Everything of a lab's gateways that runs now. */
export function gatewayProcesses(lab: Lab): GatewayProcesses {
  const all = everyProcess();
  const inContainers = new Set(gatewayIds(lab).flatMap((id) => processesOf(lab, id)));
  const inside = all.filter(({ pid }) => inContainers.has(pid));
  const mode = (name: string) =>
    inside.filter(({ argv }) => argv.includes(name) && argv.some((part) => part.endsWith('gateway.mjs')));
  const pids = (list: readonly { readonly pid: number }[]) => list.map(({ pid }) => pid);
  return {
    keepers: hiddenIn(lab.dir, ['__keeper'], all),
    holders: pids(mode('serve')),
    proxies: pids(mode('proxy')),
  };
}

/** The full ids of the containers of a lab's gateways that run. */
export function gatewayIds(lab: Lab): readonly string[] {
  const format = '{{.ID}} {{.Labels}}';
  const listed = lab.engine(['ps', '--no-trunc', '--filter', 'label=dev.agentbox=gateway', '--format', format]);
  return listed
    .split('\n')
    .filter((line) => line.includes(`${lab.dir}/`))
    .map((line) => line.split(' ')[0] ?? '');
}

/** The processes that serve published ports of a lab's boxes. */
export function portsProcesses({ dir }: Pick<Lab, 'dir'>): readonly number[] {
  return hiddenIn(dir, ['__ports'], everyProcess());
}

/** Ends the keepers and watchers of a lab; keepers their gateways as they are. One that does not end within 5 s is killed. */
export function endKeepers({ dir }: Pick<Lab, 'dir'>): void {
  for (let tries = 0; tries <= 100; tries += 1) {
    const left = hiddenIn(dir, ['__keeper', '__watch'], everyProcess());
    if (left.length === 0) return;
    for (const pid of left) signal(pid, tries === 100 ? 'SIGKILL' : 'SIGTERM');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
}

/** The names of the volumes that a lab's gateways have. */
export function gatewayVolumes({ engine, data }: Pick<Lab, 'engine' | 'data'>): readonly string[] {
  const format = '{{.Name}} {{.Labels}}';
  const listed = engine(['volume', 'ls', '--filter', 'label=dev.agentbox=gateway', '--format', format]);
  return listed.split('\n').flatMap((line) => {
    const name = line.split(' ')[0] ?? '';
    const owner = /dev\.agentbox\.owner[=:]([^,\]\s]+)/.exec(line)?.[1] ?? '';
    return name === gatewayName(owner, { dataDir: data }) ? [name] : [];
  });
}

/** Bytes of memory that processes have for themselves: what they share counts by parts. */
export function memoryOf(pids: readonly number[]): number {
  const sizes = pids.map((pid) => Number(/^Pss: +(\d+)/m.exec(text(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Tries until it does not throw, for `limit` milliseconds; throws what it threw last. */
export async function eventually<T>(attempt: () => Promise<T> | T, limit = 30_000): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await setTimeout(100);
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}

interface Running {
  readonly pid: number;
  readonly argv: readonly string[];
}

function everyProcess(): readonly Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), argv: text(`/proc/${name}/cmdline`).split('\0') }));
}

function hiddenIn(dir: string, commands: readonly string[], all: readonly Running[]): readonly number[] {
  const own = all.filter(
    ({ argv }) => commands.some((name) => argv.includes(name)) && argv.some((part) => part.startsWith(`${dir}/`)),
  );
  return own.map(({ pid }) => pid);
}

function text(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

import { readdir, readFile, readlink } from 'node:fs/promises';
import { Writable } from 'node:stream';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { type Canary, spellings } from '../canary.ts';
import type { Observation } from '../probe.ts';

/** Where to look for the canary from the host, while the box runs. */
export interface SecretsRequest {
  readonly engine: Engine;
  readonly id: string;
  readonly canary: Canary;
  /** The box must not have it at all. */
  readonly brokered: boolean;
}

/** G4 from the host's side: what the engine tells and keeps, and the processes of this machine. */
export async function secretsOnTheHost(
  context: Pick<Context, 'platform' | 'execute'>,
  { engine, id, canary, brokered }: SecretsRequest,
): Promise<Readonly<Record<string, Observation>>> {
  const words = spellings(canary);
  const has = (text: string) => words.some((word) => text.includes(word));
  const search = (text: string, where: string): Observation =>
    has(text)
      ? { outcome: 'done', seen: 'it is there' }
      : { outcome: 'refused', seen: `not in ${where} (${text.length} bytes)` };
  const [inspected, log, processes] = await Promise.all([
    engine.inspect(id),
    logOf(engine, id),
    context.platform === 'linux' ? linuxProcesses(!brokered) : otherProcesses(context),
  ]);
  const inProcesses = (of: 'argv' | 'environ'): Observation => {
    const found = processes.filter((one) => has(one[of]));
    if (found.length === 0) return { outcome: 'refused', seen: `in none of ${processes.length} processes` };
    return {
      outcome: 'done',
      seen: found.map(({ pid, argv }) => `process ${pid}: ${words.reduce(without, argv)}`).join('; '),
    };
  };
  return {
    inspect: search(JSON.stringify(inspected), 'what it tells'),
    logs: search(log, 'the log'),
    argv: inProcesses('argv'),
    'host-environments': inProcesses('environ'),
  };
}

const without = (text: string, word: string) => text.replaceAll(word, '…');

async function logOf(engine: Engine, id: string): Promise<string> {
  const chunks: Buffer[] = [];
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  await engine.logs(id, { out, follow: false });
  return Buffer.concat(chunks).toString('latin1');
}

interface Process {
  readonly pid: string;
  readonly argv: string;
  readonly environ: string;
}

/** With `boxesMay`, what has namespaces of its own is left out of the environments: there the agent has its secret. */
async function linuxProcesses(boxesMay: boolean): Promise<readonly Process[]> {
  const read = (path: string) => readFile(path, 'latin1').catch(() => '');
  const own = await readlink('/proc/self/ns/pid');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      const space = await readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
      const skip = boxesMay && space !== own;
      return { pid, argv: await read(`/proc/${pid}/cmdline`), environ: skip ? '' : await read(`/proc/${pid}/environ`) };
    }),
  );
}

async function otherProcesses({ execute }: Pick<Context, 'execute'>): Promise<readonly Process[]> {
  const { stdout } = await execute(['ps', '-axww', '-o', 'args=']);
  return stdout.split('\n').map((argv) => ({ pid: '?', argv, environ: '' }));
}

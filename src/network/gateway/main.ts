import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../../version.ts';
import { CONTROL_SOCKET, SOCKETS } from '../protocol.ts';
import { control } from './control.ts';
import { sendLine } from './lines.ts';

/** Milliseconds after which a gateway that nobody uses ends. */
const IDLE = 12 * 3600 * 1000;
/** Milliseconds after which a proxy that failed its test makes room for another. */
const UNFIT = 30_000;

/** The program of the gateway's container: `serve`, and what that and the keeper start beside it. */
const modes: Readonly<Record<string, () => Promise<void>>> = {
  async serve() {
    const { hold } = await import('./holder.ts');
    const proxy = [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'proxy'] as const;
    const holder = await hold({ socket: CONTROL_SOCKET, version: VERSION, proxy, idle: IDLE });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, holder.stop);
    await holder.ended;
  },
  async proxy() {
    const [{ runProxy }, { selfTest }] = await Promise.all([import('./proxy.ts'), import('./selfTest.ts')]);
    const why = await selfTest(runProxy);
    // Standard output of Node's own would block all traffic while nobody reads it.
    const output = new Socket({ fd: 1, readable: false });
    if (why === undefined) return runProxy({ input: process.stdin, output, sockets: SOCKETS, now: Date.now });
    sendLine(output, { event: 'unfit', why });
    // What is sent is read and left alone. The holder starts another one, whose test may go better.
    process.stdin.resume();
    await sleep(UNFIT);
  },
  control: () => control(CONTROL_SOCKET, process.stdin, process.stdout),
};

/** Where it went wrong, for the container's log. A message may quote what was read, a secret among it, so it is left out. */
function fail(error: unknown): never {
  const { name = 'error', code = '', stack = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  process.stderr.write(`agentbox gateway: ${[`${name} ${code}`, ...frames.slice(0, 8)].join('\n')}\n`);
  process.exit(1);
}

process.on('uncaughtException', fail);
modes[process.argv[2] ?? '']?.().then(() => process.exit(0), fail);

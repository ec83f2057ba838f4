import { connect } from 'node:net';
import type { Context } from '../../context.ts';
import type { EngineFacts } from '../../engine/engine.ts';
import { digest } from '../../plan/gatewayNames.ts';
import { startHidden } from '../hiddenProcess.ts';
import { runtimeSocket } from '../keeper/runtimeDirectory.ts';
import { BEGIN, type PortsStart } from './protocol.ts';

type Deps = Pick<Context, 'env' | 'platform' | 'caller' | 'program' | 'config'>;

/** The published ports of a box, served by a process of their own. */
export interface ServedPorts {
  /** The box runs. */
  begin(): void;
  /** The box has ended, or does not start; resolves when the ports are free, or after two seconds. */
  end(): Promise<void>;
}

/** Of which box, where. */
export type PortsOfBox = Omit<PortsStart, 'socket' | 'engine'> & {
  readonly facts: Pick<EngineFacts, 'kind' | 'endpoint'>;
};

/** Milliseconds that a process gets to end. */
const END_LIMIT = 2000;

/** Starts the process, which outlives this one from `begin` on. Throws UserError('unavailable') when a port is taken. */
export async function startPorts(context: Deps, { facts, ...box }: PortsOfBox): Promise<ServedPorts> {
  const start: PortsStart = {
    ...box,
    engine: { kind: facts.kind, endpoint: facts.endpoint },
    socket: portsSocket(context, box),
  };
  const name = `the process that publishes ports of ${box.box}`;
  const child = await startHidden(context, { command: '__ports', name, start, more: true });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    // The other end of the pipe stays open, and would keep this program alive.
    begin: () => void child.stdin.end(`${BEGIN}\n`, () => child.stdin.destroy()),
    async end() {
      child.stdin.destroy();
      child.kill('SIGTERM');
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, END_LIMIT);
      });
      await Promise.race([exited, late]);
      clearTimeout(timer);
    },
  };
}

/** True while a process serves the ports of this box. */
export function arePortsServed(context: Deps, box: Pick<PortsOfBox, 'box' | 'data'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(portsSocket(context, box));
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false)).once('close', (failed) => resolve(!failed));
  });
}

function portsSocket(context: Deps, { box, data }: Pick<PortsOfBox, 'box' | 'data'>): string {
  return runtimeSocket(context, `ports-${digest([data, box])}.sock`);
}

import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A way to a real engine that can be cut, as when the engine is stopped. */
export interface Cuttable {
  readonly socketPath: string;
  /** Breaks every connection and takes no new ones. */
  cut(): void;
}

/** A socket of its own before the one of an engine. */
export async function cuttable(target: string): Promise<Cuttable> {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-cut-'));
  const socketPath = join(dir, 'docker.sock');
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: target, allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one));
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    cut() {
      server.close();
      for (const socket of open) socket.destroy();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

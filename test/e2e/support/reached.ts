import { connect } from 'node:net';
import { eventually } from './gateways.ts';

/** Waits until a server takes connections, for at most 10 s. */
export function reached(host: string, port: number): Promise<void> {
  const attempt = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, host, () => resolve());
      socket.once('connect', () => socket.destroy()).once('error', reject);
    });
  return eventually(attempt, 10_000);
}

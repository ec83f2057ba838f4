import { connect } from 'node:net';
import { portsOf } from '../../plan/labels.ts';
import type { VerifyFacts } from '../facts.ts';
import type { Observation } from '../probe.ts';

/** Milliseconds; it is this machine that is asked. */
const LIMIT = 1000;

/** G3: from where the published port of the box is reached, as observations of portsLeadIn. */
export async function portObservations({
  box,
  listener,
}: Pick<VerifyFacts, 'box' | 'listener'>): Promise<Readonly<Record<string, Observation>>> {
  const [publish] = portsOf(box.labels);
  if (publish === undefined) return {};
  const others = listener.addresses.filter(({ answers }) => answers).map(({ address }) => address);
  const [here, ...elsewhere] = await Promise.all(['127.0.0.1', ...others].map((host) => takes(host, publish.port)));
  const open = others.filter((_, index) => elsewhere[index]);
  const named = others.length === 0 ? 'the host has no other address' : `not on ${others.join(', ')}`;
  return {
    'port-here': here ? done(`port ${publish.port} takes connections`) : refused('it takes no connection'),
    'port-elsewhere': open.length > 0 ? done(`open on ${open.join(', ')}`) : refused(named),
  };
}

const done = (seen: string): Observation => ({ outcome: 'done', seen });
const refused = (seen: string): Observation => ({ outcome: 'refused', seen });

function takes(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: LIMIT });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('timeout', () => settle(false));
    socket.on('error', () => settle(false));
  });
}

import { connect } from 'node:net';
import { portsOf } from '../../plan/labels.ts';
import type { VerifyFacts } from '../facts.ts';
import type { Observation } from '../probe.ts';

/** Milliseconds; it is this machine that is asked. */
const LIMIT = 5000;

/** G3: from where the published port of the box is reached, as observations of portsLeadIn. */
export async function portObservations({
  box,
  listener,
}: Pick<VerifyFacts, 'box' | 'listener'>): Promise<Readonly<Record<string, Observation>>> {
  const [publish] = portsOf(box.labels);
  if (publish === undefined) return {};
  const others = listener.addresses.filter(({ answers }) => answers).map(({ address }) => address);
  const [here, ...elsewhere] = await Promise.all(['127.0.0.1', ...others].map((host) => refusal(host, publish.port)));
  const open = others.filter((_, index) => elsewhere[index] === undefined);
  const named = others.length === 0 ? 'the host has no other address' : `not on ${others.join(', ')}`;
  return {
    'port-here':
      here === undefined ? done(`port ${publish.port} takes connections`) : refused(`it takes no connection: ${here}`),
    'port-elsewhere': open.length > 0 ? done(`open on ${open.join(', ')}`) : refused(named),
  };
}

const done = (seen: string): Observation => ({ outcome: 'done', seen });
const refused = (seen: string): Observation => ({ outcome: 'refused', seen });

/** Why a port takes no connection; undefined when it does. */
function refusal(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: LIMIT });
    const settle = (why: string | undefined) => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => settle(undefined));
    // When this program was busy for that long, an answer may be waiting to be read.
    socket.once('timeout', () => setImmediate(() => settle('no answer')));
    // Nothing listens in the box, so the connection is taken and broken off, maybe before this program sees the first of the two.
    socket.on('error', ({ code, message }: NodeJS.ErrnoException) =>
      settle(code === 'ECONNRESET' ? undefined : (code ?? message)),
    );
  });
}

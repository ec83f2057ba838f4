import { PassThrough, Writable } from 'node:stream';
import type { Io } from '../ui/io.ts';
import type { Observation, Probe } from './probe.ts';
import { PUBLISHED } from './probes/ports.ts';

/** Milliseconds that attempts get without the gateway, and by way of it, where a name may have to be asked for. */
const NETWORK = 1500;
const GATEWAY = 4000;

/** Milliseconds for all answers, and for what goes by way of the gateway. */
interface Patience {
  readonly limit: number;
  readonly patience?: number;
}

/** Where the published port of the box that is attacked is; nothing listens behind it. */
const OWN_PORT = new RegExp(`^agentbox: http:\\S+ reaches port ${PUBLISHED.boxPort} in the box\\n$`);

/** A conversation with the attacks in a box. */
export interface Session {
  /** The streams of a run whose box is spoken with; words for people pass through until it has begun. */
  readonly io: Io;
  /** From now on what the box and the launcher say is no longer for the terminal. */
  begun(): void;
  /** Has these tried; what is not answered in time is missing in the answer. */
  ask(probes: readonly Probe[], patience: Patience): Promise<ReadonlyMap<string, Observation>>;
  /** Ends the attacks, and with them the box. */
  end(): void;
}

/** Opens one. `program` is what the box's perl runs, as attackProgram gives it. */
export function openSession(io: Io, program: string): Session {
  const stdin = new PassThrough();
  const answers = new Map<string, Observation>();
  let quiet = false;
  let heard = () => {};
  const stdout = lines((line) => {
    const answer = parseAnswer(line);
    if (answer === undefined) return;
    answers.set(answer.id, answer);
    heard();
  });
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!quiet && !OWN_PORT.test(chunk.toString())) io.err.write(chunk);
      done();
    },
  });
  stdin.write(program);
  return {
    io: { ...io, in: stdin, out: stdout, err: stderr, inIsTerminal: false, outIsTerminal: false },
    begun() {
      quiet = true;
    },
    async ask(probes, { limit, patience }) {
      stdin.write(script(probes, patience));
      const wanted = probes.filter(({ attack }) => attack !== undefined).map(({ id }) => id);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limit);
        heard = () => {
          if (!wanted.every((id) => answers.has(id))) return;
          clearTimeout(timer);
          resolve();
        };
        heard();
      });
      return answers;
    },
    end: () => stdin.end(),
  };
}

/** What the attacks read: those without the network first, then what is open to all, then the gateway, one after the other. Pure. */
export function script(probes: readonly Probe[], patience = GATEWAY): string {
  const of = (ops: (op: string) => boolean) =>
    probes.flatMap(({ id, attack }) =>
      attack !== undefined && ops(attack.op) ? [`${[attack.op, id, ...attack.args].map(field).join(' ')}\n`] : [],
    );
  const network = ['tcp', 'udp', 'icmp', 'unix', 'vsock', 'resolve'];
  return [
    ...of((op) => op !== 'talk' && op !== 'fork' && !network.includes(op)),
    ...of((op) => network.includes(op)),
    `go ${NETWORK}\n`,
    ...of((op) => op === 'talk'),
    `go ${patience}\n`,
    // Last, because nothing else can start a process meanwhile.
    ...of((op) => op === 'fork'),
  ].join('');
}

/** One field of a line: bytes as latin1. */
function field(text: string): string {
  if (text === '') return '%';
  return text.replace(
    /[^A-Za-z0-9/._:,-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** An answer of the attacks; undefined for a line that is none, since the box may print what it likes. Pure. */
export function parseAnswer(line: string): (Observation & { readonly id: string }) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const { id, outcome, seen, reply, after } = Object.fromEntries<string | undefined>(entries);
  if (id === undefined || seen === undefined) return undefined;
  if (outcome !== 'done' && outcome !== 'refused' && outcome !== 'error') return undefined;
  return { id, outcome, seen, ...(reply === undefined ? {} : { reply }), ...(after === undefined ? {} : { after }) };
}

/** Calls back with each line that is written. */
function lines(take: (line: string) => void): Writable {
  let rest = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const parts = (rest + chunk.toString('latin1')).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) take(line);
      done();
    },
  });
}

import { PassThrough, Writable } from 'node:stream';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { GATEWAY_CONTROL } from '../../plan/gateway.ts';
import type { FromGateway, ToGateway } from '../protocol.ts';
import { onJsonLines } from './jsonLines.ts';

/** One connection to the gateway, by a program that runs in its container. */
export interface GatewayChannel {
  readonly hello: Extract<FromGateway, { event: 'hello' }>;
  send(line: ToGateway): void;
  /** Resolves with the reason when the connection has ended. */
  readonly ended: Promise<string>;
  close(): void;
}

const HELLO_LIMIT = 10_000;
/** Characters of what the program in the gateway said on its standard error. */
const TAIL = 500;

/** Connects to the gateway in the container `name`; rejects when it does not say hello. Every other line goes to `onLine`. */
export async function openChannel(
  engine: Pick<Engine, 'exec'>,
  name: string,
  onLine: (line: FromGateway) => void,
): Promise<GatewayChannel> {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let said = '';
  const stderr = new Writable({
    write(chunk, _, done) {
      said = `${said}${String(chunk)}`.slice(-TAIL);
      done();
    },
  });
  const close = () => {
    stdin.end();
    stdout.destroy();
  };
  const broken = new Promise<string>((resolve) => stdout.once('error', (error) => resolve(error.message)));
  const streams = { stdin, stdout, stderr, terminal: undefined };
  const ran = engine.exec(name, GATEWAY_CONTROL, { streams }).then(
    (code) => `its control ended with ${code}${said === '' ? '' : `: ${said.trim()}`}`,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const ended = Promise.race([ran, broken]);
  const hello = new Promise<GatewayChannel['hello']>((resolve) => {
    onJsonLines(stdout, (value) => {
      const line = value as FromGateway;
      if (line.event === 'hello') resolve(line);
      else onLine(line);
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it said nothing for ${HELLO_LIMIT / 1000} s`), HELLO_LIMIT);
  });
  try {
    const first = await Promise.race([hello, ended, late]);
    if (typeof first === 'string')
      throw new UserError('engine', 'the gateway does not answer', {
        why: first,
        next: ['agentbox doctor', 'try again'],
      });
    return {
      hello: first,
      send: (line) => void stdin.write(`${JSON.stringify(line)}\n`),
      ended,
      close,
    };
  } catch (error) {
    close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

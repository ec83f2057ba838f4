import type { Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import type { Engine } from '../../engine/engine.ts';
import { loadAssets } from '../../image/assets.ts';
import { type Carrier, carrier } from './carrier.ts';

const PERL = '/usr/local/lib/agentbox/perl';

/** A program in the box that takes connections to its ports. */
export interface Channel {
  carry: Carrier['carry'];
  /** Resolves when the program has ended, with its box or without, or said what it never says. Does not reject. */
  readonly ended: Promise<'over' | 'hostile'>;
}

/** Starts the program in a running box. It comes along each time, so both ends are always of one version. */
export async function openChannel(engine: Pick<Engine, 'exec'>, box: string): Promise<Channel> {
  const program = (await loadAssets())['ports/carry']?.content;
  if (program === undefined) throw new Error('images/ has no ports/carry');
  const stdin = new PassThrough();
  const carried = carrier((frame) => {
    if (stdin.writable) stdin.write(frame);
  });
  let onHostile = (_: 'hostile') => {};
  const hostile = new Promise<'hostile'>((resolve) => {
    onHostile = resolve;
  });
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      try {
        carried.take(chunk);
      } catch {
        // Somebody in the box speaks in the program's place.
        onHostile('hostile');
        stdout.destroy();
      }
      done();
    },
  });
  const close = () => {
    stdin.end();
    stdout.destroy();
    carried.close();
  };
  const stderr = new Writable({ write: (_, _encoding, done) => done() });
  const streams = { stdin, stdout, stderr, terminal: undefined };
  const over = () => 'over' as const;
  const ran = engine.exec(box, [PERL, '-e', program], { streams }).then(over, over);
  const ended = Promise.race([ran, hostile]).then((how) => {
    close();
    return how;
  });
  return { carry: (socket: Socket, port) => carried.carry(socket, port), ended };
}

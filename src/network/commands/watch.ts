import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadStream } from 'node:tty';
import type { NetOptions } from '../../cli/net.ts';
import { addRules } from '../../config/edit.ts';
import type { Profile } from '../../config/profile.ts';
import type { Context } from '../../context.ts';
import { print, say } from '../../ui/io.ts';
import { paint } from '../../ui/paint.ts';
import { type Keeper, runningKeeper } from '../keeper/client.ts';
import type { KeeperEvent } from '../keeper/protocol.ts';
import { reviveKeeper } from '../keeper/revive.ts';
import { give } from './answers.ts';
import { decisionLine } from './decisionLine.ts';
import { profileHere } from './place.ts';
import { questions } from './questions.ts';

/** Milliseconds between two looks for a keeper; at every so many of them the engine is asked, too. */
const LOOK = 500;
const LOOKS = 20;

/** Follows decisions until it is interrupted, and asks at a terminal what is to be done with requests that are held. */
export async function watch(context: Context, options: NetOptions & { readonly json?: boolean }): Promise<void> {
  const profile = await profileHere(context, options);
  const asks = context.io.inIsTerminal && context.io.errIsTerminal && options.json !== true;
  const keys = asks ? pressedKeys(context.io.in) : undefined;
  const stop = new AbortController();
  keys?.interrupted.then(() => stop.abort());
  context.io.out.once('close', () => stop.abort());
  try {
    await follow(context, profile, options, { keys, signal: stop.signal });
  } finally {
    keys?.release();
  }
}

async function follow(
  context: Context,
  profile: Profile,
  options: NetOptions & { readonly json?: boolean },
  watcher: Watcher,
): Promise<void> {
  const engine = await context.engine({ flag: options.engine, profile: profile.engine });
  const facts = await engine.facts();
  const { client } = profile;
  let waits = false;
  for (let looks = 0; !watcher.signal.aborted; looks += 1) {
    const keeper =
      looks % LOOKS === 0
        ? await reviveKeeper(context, client, engine)
        : await runningKeeper(context, client, facts).catch(() => undefined);
    if (keeper !== undefined) {
      say(context.io, `watching client ${client}${watcher.keys === undefined ? '' : ' (q ends)'}`);
      await attend(context, client, keeper, options.json === true, watcher).catch(() => {});
      waits = false;
      continue;
    }
    if (!waits) say(context.io, `no box of client ${client} with a gateway runs; waiting for one`);
    waits = true;
    await sleep(LOOK, undefined, { signal: watcher.signal }).catch(() => {});
  }
}

/** Who watches: the keys of a terminal where there is one, and the end of it all. */
interface Watcher {
  readonly keys: Keys | undefined;
  readonly signal: AbortSignal;
}

/** Resolves when the keeper has gone away. */
async function attend(
  context: Context,
  client: string,
  keeper: Keeper,
  json: boolean,
  { keys, signal }: Watcher,
): Promise<void> {
  const colours = await paint(context.io, 'out');
  const asked = questions({
    say: (line) => say(context.io, line),
    answer: (choice, waiting) =>
      give(choice, waiting, {
        keeper,
        now: context.now().getTime(),
        save: (rule) => addRules(context.paths, client, 'allow', [rule]),
      }),
  });
  keeper.onEvent((event: KeeperEvent) => {
    if (json) return print(context.io, JSON.stringify(event));
    if (event.event === 'decision') print(context.io, decisionLine(event.decision, colours));
    else if (keys === undefined) return;
    else if (event.event === 'held') asked.held(event);
    else asked.settled(event.held);
  });
  keys?.on((key) => void asked.key(key));
  signal.addEventListener('abort', keeper.close, { once: true });
  try {
    await keeper.ask({ op: 'watch', asks: keys !== undefined });
    await keeper.closed;
  } finally {
    keys?.on(() => {});
    asked.clear();
    keeper.close();
  }
}

interface Keys {
  /** In the place of whoever listened before. */
  on(listener: (key: string) => void): void;
  /** Resolves at Ctrl-C, Ctrl-D or q. */
  readonly interrupted: Promise<void>;
  release(): void;
}

/** Single keys of a terminal, without Enter. */
function pressedKeys(input: Readable): Keys {
  const terminal = input as ReadStream;
  let listener = (_: string) => {};
  let interrupt = () => {};
  const interrupted = new Promise<void>((resolve) => {
    interrupt = resolve;
  });
  const take = (chunk: Buffer) => {
    for (const key of chunk.toString()) {
      if (key === '\u0003' || key === '\u0004' || key === 'q') interrupt();
      else listener(key);
    }
  };
  terminal.setRawMode(true);
  terminal.on('data', take);
  return {
    on(next) {
      listener = next;
    },
    interrupted,
    release() {
      terminal.off('data', take);
      terminal.setRawMode(false);
      terminal.pause();
    },
  };
}

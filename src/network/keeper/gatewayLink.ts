import { UserError } from '../../errors.ts';
import type { FromGateway, GatewayState, ToGateway } from '../protocol.ts';
import { acknowledgements } from './acknowledgements.ts';
import type { GatewayChannel } from './gatewayChannel.ts';
import type { GatewayContainer } from './gatewayContainer.ts';

/** What a link needs of its keeper. */
export interface LinkDeps {
  readonly container: GatewayContainer;
  readonly open: (onLine: (line: FromGateway) => void) => Promise<GatewayChannel>;
  readonly state: () => GatewayState;
  /** What a gateway that was there before this keeper knows. */
  readonly adopt: (known: GatewayState) => void;
  /** True while the gateway is needed, also when nobody asks for anything. */
  readonly wanted: () => boolean;
  readonly onLine: (line: FromGateway) => void;
  /** Connections through a gateway that is gone have ended. */
  readonly onDown: () => void;
  /** The engine has been out of reach for too long. */
  readonly onGone: () => void;
  readonly log: (text: string) => void;
}

/** Keeps a gateway running and fed. */
export interface GatewayLink {
  /** Resolves when it is known what a gateway of an earlier keeper knew, or that there is none to ask. */
  readonly looked: Promise<void>;
  /** Sends the state as it is now; resolves with its revision when it is in force, rejects when that takes too long. */
  put(): Promise<number>;
  answer(held: string, verdict: 'allow' | 'deny'): void;
  /** In words, for people. */
  status(): string;
  /** Lets go of the gateway, which goes on with what it has. */
  close(): Promise<void>;
}

const ACK_LIMIT = 10_000;
/** For a gateway that is not there yet. */
const START_LIMIT = 60_000;
const KNOWN_LIMIT = 10_000;
const CLOSE_LIMIT = 2000;
/** Milliseconds that a gateway that has just started is asked for before it counts as broken. */
const OPENING = 15_000;
const OPENING_PAUSE = 100;
const PAUSES = [0, 250, 500, 1000, 2000, 5000, 10_000, 30_000];
/** A gateway that lasts this long was no failed start. */
const LASTING = 60_000;
const GONE_AFTER = 10 * 60_000;

/** The link of a keeper that has just started: it looks for a gateway at once, and makes one where there is none. */
export function gatewayLink(deps: LinkDeps): GatewayLink {
  const acks = acknowledgements();
  // Later than whatever an earlier keeper has sent.
  let revision = Date.now();
  let first = revision;
  let channel: GatewayChannel | undefined;
  let adopted = false;
  let closed = false;
  let onLooked = () => {};
  const looked = new Promise<void>((resolve) => {
    onLooked = resolve;
  });
  let status = 'starting';
  let wake = () => {};
  let onKnown = (_: Extract<FromGateway, { event: 'known' }>) => {};
  let unfit: string | undefined;
  let onUnfit = (_: string) => {};

  const onLine = (line: FromGateway) => {
    if (line.event === 'ack') {
      if (line.revision >= first) acks.arrived(line.revision);
    } else if (line.event === 'known') onKnown(line);
    else if (line.event === 'unfit') {
      unfit = line.why;
      onUnfit(line.why);
    } else deps.onLine(line);
  };
  const send = (line: ToGateway) => channel?.send(line);
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => wake(), milliseconds);
      wake = () => {
        clearTimeout(timer);
        wake = () => {};
        resolve();
      };
    });

  /** What a gateway of an earlier keeper knows; without an answer nothing. */
  const takeOver = async (there: GatewayChannel) => {
    let timer: NodeJS.Timeout | undefined;
    const known = await new Promise<Extract<FromGateway, { event: 'known' }> | undefined>((resolve) => {
      onKnown = resolve;
      timer = setTimeout(() => resolve(undefined), KNOWN_LIMIT);
      there.ended.then(() => resolve(undefined));
      there.send({ op: 'get' });
    });
    clearTimeout(timer);
    revision = Math.max(revision, known?.revision ?? 0, there.hello.revision);
    if (known?.state !== undefined) deps.adopt(known.state);
  };

  /** A channel to a gateway of this image. */
  const connect = async (): Promise<GatewayChannel> => {
    const found = await deps.container.find();
    if (found !== 'absent') {
      const there = await deps.open(onLine).catch((error: unknown) => {
        deps.log(`the gateway that is there does not answer: ${wordsOf(error)}`);
        return undefined;
      });
      if (there !== undefined && !adopted) await takeOver(there);
      if (there !== undefined && found === 'this') return there;
      there?.close();
      deps.log('the gateway is replaced');
    }
    await deps.container.start();
    for (const until = Date.now() + OPENING; ; ) {
      try {
        return await deps.open(onLine);
      } catch (error) {
        if (Date.now() > until || closed) throw error;
        await new Promise((resolve) => setTimeout(resolve, OPENING_PAUSE));
      }
    }
  };

  /** One life of a gateway, from its start to its end; throws when it does not come up. */
  const live = async () => {
    unfit = undefined;
    const opened = await connect();
    adopted = true;
    onLooked();
    if (closed) return opened.close();
    const unfitness = new Promise<string>((resolve) => {
      onUnfit = resolve;
      if (unfit !== undefined) resolve(unfit);
    });
    channel = opened;
    revision += 1;
    first = revision;
    const acked = acks.wait(first, ACK_LIMIT).then(() => undefined);
    acked.catch(() => {});
    send({ op: 'state', revision: first, state: deps.state() });
    try {
      const failed = await Promise.race([acked, unfitness, opened.ended]);
      if (failed !== undefined) throw new UserError('refused', 'the gateway is not fit to serve', { why: failed });
      status = 'running';
      deps.log('the gateway serves');
      const why = await Promise.race([opened.ended, unfitness]);
      if (!closed) deps.log(`the gateway is gone: ${why}`);
    } catch (error) {
      // Another one may be better.
      if (!closed) await deps.container.remove().catch(() => {});
      throw error;
    } finally {
      channel = undefined;
      opened.close();
      deps.onDown();
    }
  };

  const supervise = async () => {
    let failures = 0;
    let failing: number | undefined;
    for (;;) {
      const began = Date.now();
      try {
        await live();
        failing = undefined;
        failures = Date.now() - began > LASTING ? 0 : failures + 1;
      } catch (error) {
        failures += 1;
        onLooked();
        failing ??= began;
        status = `does not start: ${wordsOf(error)}`;
        deps.log(`the gateway ${status}`);
        acks.fail(asUserError(error));
        if (Date.now() - failing > GONE_AFTER) deps.onGone();
      }
      if (closed) return;
      if (failing === undefined) status = 'starting';
      await sleep(deps.wanted() ? (PAUSES[Math.min(failures - 1, PAUSES.length - 1)] ?? 0) : 2 ** 31 - 1);
      if (closed) return;
    }
  };
  const supervised = supervise();

  return {
    looked,
    put() {
      revision += 1;
      const mine = revision;
      const acked = acks.wait(mine, channel === undefined ? START_LIMIT : ACK_LIMIT).then(() => mine);
      send({ op: 'state', revision: mine, state: deps.state() });
      wake();
      return acked;
    },
    answer: (held, verdict) => void send({ op: 'answer', held, verdict }),
    status: () => status,
    async close() {
      closed = true;
      channel?.close();
      wake();
      acks.fail(new UserError('state', 'the keeper of the gateway is ending', { next: ['try again'] }));
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        supervised,
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, CLOSE_LIMIT);
        }),
      ]);
      clearTimeout(timer);
    },
  };
}

function wordsOf(error: unknown): string {
  if (error instanceof UserError) return error.why === undefined ? error.message : `${error.message}: ${error.why}`;
  return error instanceof Error ? error.message : String(error);
}

function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  return new UserError('engine', 'the gateway does not start', {
    why: wordsOf(error),
    next: ['agentbox doctor', 'or run with --network none'],
  });
}

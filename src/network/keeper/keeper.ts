import { join } from 'node:path';
import { clientDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { gatewayName } from '../../plan/gatewayNames.ts';
import { privateDirectory } from '../../state/privateDirectory.ts';
import { VERSION } from '../../version.ts';
import { CARRIED_FILE } from '../carriedFile.ts';
import type { FromGateway } from '../protocol.ts';
import { callersProxy } from '../upstream.ts';
import { blockedCounts } from './blockedCounts.ts';
import { boundedFile } from './boundedFile.ts';
import { openChannel } from './gatewayChannel.ts';
import { gatewayContainer } from './gatewayContainer.ts';
import { gatewayLink } from './gatewayLink.ts';
import { adopt, emptyState, gatewayState } from './keptState.ts';
import { networkLog } from './networkLog.ts';
import type { KeeperStart } from './protocol.ts';
import { readRenewed } from './readRenewed.ts';
import { renewal } from './renewal.ts';
import { handle } from './requests.ts';
import { serve } from './server.ts';
import { sweep } from './sweep.ts';

const MIB = 1024 * 1024;

/** What is different in tests; milliseconds. */
export interface KeeperTimes {
  /** From the last box to the end of gateway and keeper. */
  readonly linger: number;
  /** Between two looks at the engine's boxes. */
  readonly look: number;
}

/** What a keeper may be given besides. */
interface KeeperMore {
  readonly times?: KeeperTimes;
  /** Done at each look; what it throws is logged. */
  readonly look?: () => Promise<void>;
}

const TIMES: KeeperTimes = { linger: 5 * 60_000, look: 20_000 };

/** A keeper that listens. */
export interface RunningKeeper {
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Ends it; the gateway goes on with what it has. */
  leave(): Promise<void>;
  /** Writes to its log what it dies of. */
  lastWords(text: string): void;
}

type Deps = Pick<Context, 'paths' | 'env' | 'execute' | 'now'>;

/** Starts the keeper of a client: it listens when this returns, and its gateway is on its way. Throws UserError('state'). */
export async function startedKeeper(
  context: Deps,
  { client, gatewayImage, socket }: KeeperStart,
  engine: Engine,
  { times = TIMES, look: alsoLook = async () => {} }: KeeperMore = {},
): Promise<RunningKeeper> {
  const { paths, execute } = context;
  const now = () => context.now().getTime();
  const directory = clientDir(paths, client);
  await privateDirectory(directory);
  const words = boundedFile(join(directory, 'keeper.log'), { limit: MIB / 4, keep: 1 });
  const lineOf = (text: string) => `${context.now().toISOString()} ${engine.kind}: ${text}`;
  const log = (text: string) => words.write(lineOf(text));
  const decisions = networkLog(boundedFile(join(directory, 'network.jsonl'), { limit: 10 * MIB, keep: 2 }));
  const carried = boundedFile(join(directory, CARRIED_FILE), { limit: 10 * MIB, keep: 2 });
  const blocked = blockedCounts();
  const state = emptyState();
  const container = gatewayContainer({ engine, client, paths, image: gatewayImage });
  const name = gatewayName(client, paths);
  const boxes = sweep({ engine, client, data: paths.dataDir, state, now });
  let quietSince = Date.now();
  let onEnd = () => {};
  const ended = new Promise<void>((resolve) => {
    onEnd = resolve;
  });

  const put = () => void link.put().catch((error: unknown) => log(`not told to the gateway: ${error}`));
  const onLine = (line: FromGateway) => {
    switch (line.event) {
      case 'decision':
        decisions.decided(line.decision);
        blocked.add(line.decision);
        server.tell(line);
        break;
      case 'closed':
        decisions.closed(line);
        break;
      case 'held':
        server.tell(line);
        break;
      case 'rejected':
        fresh.rejected(line.box, line.name);
        break;
      case 'carried':
        carried.write(JSON.stringify(line.carried));
        break;
      case 'proxy':
        log(line.up ? 'the proxy runs' : `the proxy has died: ${line.why}`);
        if (!line.up) decisions.forgetOpen();
        break;
    }
  };
  const read = (renew: Parameters<typeof readRenewed>[0], secret: Parameters<typeof readRenewed>[1]) =>
    readRenewed(renew, secret, {
      ...{ execute, now: context.now, authorities: state.authorities },
      upstream: state.upstream ?? callersProxy(context.env),
    });
  const fresh = renewal({ boxes: state.boxes, now, read, changed: put, log });

  const forgetEnded = async () => {
    // An engine that does not answer is the link's trouble.
    const gone = await boxes.look().catch(() => undefined);
    if (gone !== undefined && (gone.boxes.length > 0 || gone.rules)) put();
  };

  let ending: Promise<void> | undefined;
  const finish = async (leave: 'gateway' | 'nothing', answering: number) => {
    clearInterval(clock);
    await server.retire(answering);
    await link.close();
    if (leave === 'nothing') await container.removeAll().catch((error: unknown) => log(`not removed: ${error}`));
    log(leave === 'gateway' ? 'ended; the gateway stays' : 'ended, with the gateway');
    decisions.forgetOpen();
    await Promise.all([decisions.flush(), carried.flush(), words.flush()]);
    setTimeout(() => {
      server.close();
      onEnd();
    }, 50);
  };
  const end = (leave: 'gateway' | 'nothing', answering: number) => {
    ending ??= finish(leave, answering);
    return ending;
  };

  const server = await serve(socket, {
    handle: (request) =>
      handle(request, {
        ...{ state, link, blocked, gatewayImage, now: context.now, added: boxes.added },
        settled: (held, verdict) => server.tell({ event: 'settled', held, verdict }),
        look: forgetEnded,
        idle: async () => !(await boxes.anyAlive()) && server.connections() <= 1,
        end: (leave) => end(leave, 1),
      }),
    askers(count) {
      const watched = count > 0;
      if (watched === state.watched || ending !== undefined) return;
      state.watched = watched;
      put();
    },
    log,
  });
  const link = gatewayLink({
    container,
    open: (take) => openChannel(engine, name, take),
    state: () => gatewayState(state),
    adopt: (known) => adopt(state, known),
    wanted: () => state.boxes.size > 0,
    onLine,
    onDown: () => decisions.forgetOpen(),
    onGone: () => void end('gateway', 0),
    log,
  });

  const look = async () => {
    if (!(await server.isThere())) {
      log('the socket is gone');
      return end('gateway', 0);
    }
    await forgetEnded();
    if (state.boxes.size > 0) quietSince = Date.now();
    else if (Date.now() - quietSince > times.linger) return end('nothing', 0);
    fresh.check();
    await alsoLook().catch((error: unknown) => log(`not watched: ${error}`));
  };
  const clock = setInterval(() => void look(), times.look);
  await server.publish();
  log(`started (agentbox ${VERSION})`);
  return { ended, leave: () => end('gateway', 0), lastWords: (text) => words.writeLast(lineOf(text)) };
}

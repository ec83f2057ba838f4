import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { labelsOfClient } from '../../plan/labels.ts';
import { attendBox } from '../../workspace/attend.ts';
import { takeIn } from '../../workspace/settle.ts';
import { isAlone, sweepPresence } from '../joined/presence.ts';
import { boxesOf, watchedRecords } from './watchUnattended.ts';

/** What is different in tests; milliseconds. */
export interface WatcherTimes {
  /** Between two looks at the engine's boxes, at least; longer where a look takes long. */
  readonly look: number;
  /** From the end of a box to taking in its work: another command may be at it. */
  readonly grace: number;
}

const TIMES: WatcherTimes = { look: 3_000, grace: 3_000 };
/** A look takes at most a twentieth of the time, as long as that is not too seldom. */
const SHARE = 20;
/** Milliseconds. */
const LONGEST = 8_000;
/** Looks in a row that an engine may fail to answer. */
const FAILURES = 20;

/**
 * Looks after the projects of a client's boxes while nobody is joined to them, and takes in their work when they have ended; returns
 * when none runs any more, or the engine does not answer for a minute.
 */
export async function watchBoxes(
  context: Context,
  client: string,
  engine: Engine,
  times: WatcherTimes = TIMES,
): Promise<void> {
  /** By id: what ends the looks at a box. */
  const attended = new Map<string, () => Promise<void>>();
  /** Those that ran with nobody joined when the engine was last asked: who has just left one may have ended it and given things back. */
  let alone = new Set<string>();
  let failures = 0;
  sweepPresence(context);
  for (;;) {
    const began = performance.now();
    const records = await watchedRecords(context, client, engine);
    const boxes = await engine.boxes(labelsOfClient(client, context.paths.dataDir)).catch(() => undefined);
    const pause = Math.max(times.look, Math.min(LONGEST, (performance.now() - began) * SHARE));
    failures = boxes === undefined ? failures + 1 : 0;
    if (failures > FAILURES) break;
    if (boxes !== undefined) {
      const running = boxesOf(records, boxes);
      alone = new Set(running.map(({ id }) => id).filter((id) => isAlone(context, id)));
      for (const { id, name } of running) {
        const record = records.find(({ box }) => box === name);
        if (record === undefined || attended.has(id)) continue;
        const isMine = () => alone.has(id) && isAlone(context, id);
        attended.set(id, attendBox(context, record, { engine, id, terminal: false, isMine }));
      }
      const ended = [...attended.keys()].filter((id) => !running.some((box) => box.id === id));
      for (const id of ended) {
        await attended.get(id)?.();
        attended.delete(id);
      }
      // Whoever was joined to it takes its work in, and asks.
      if (ended.length > 0) await sleep(times.grace);
      if (ended.some((id) => isAlone(context, id))) await takeIn(context, client);
      if (running.length === 0) break;
    }
    await sleep(pause);
  }
  await Promise.all([...attended.values()].map((end) => end()));
}

import { randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { encodePayload, type Frame } from '../../../src/box/payload.ts';
import { LABEL, type Launch, type RunningBox, type Streams } from '../../../src/engine/engine.ts';
import { helperBox } from '../../../src/plan/helperBox.ts';
import type { ActualBox, BoxSpec, Mount } from '../../../src/plan/spec.ts';
import { ownedDirectory, type TestEngine } from './engines.ts';

/** How a box that ran to its end ended. */
interface Ended {
  readonly id: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a launch may add to a spec. */
interface Extras {
  readonly frames?: readonly Frame[];
  readonly input?: string | Buffer;
  readonly approve?: Launch['approve'];
  /** In the place of the one that `frames` make. */
  readonly payload?: Launch['payload'];
}

/** Boxes and directories of one test file; `cleanUp` takes all of them away. */
export interface Boxes {
  /** A spec of this engine with a name of its own; `argv` is what runs in it. */
  spec(argv: readonly string[], changes?: Partial<BoxSpec>): BoxSpec;
  /** Launches, waits for the end, removes. */
  run(spec: BoxSpec, extras?: Extras): Promise<Ended>;
  /** Launches with pipes and gives the box while it runs. */
  start(spec: BoxSpec, extras?: Extras): Promise<{ box: RunningBox; stdout: () => string; stderr: () => string }>;
  /** Launches with nobody connected. */
  detached(spec: BoxSpec, extras?: Extras): Promise<RunningBox>;
  /** What the engine made of a spec, without running the agent. */
  created(spec: BoxSpec): Promise<ActualBox>;
  /** A directory that belongs to the user of the boxes. */
  directory(): Promise<string>;
  cleanUp(): Promise<void>;
}

/** A label value that only boxes of this process have. */
export const RUN = randomBytes(4).toString('hex');

/** Boxes of `image` on the engine under test. */
export function boxesOf(test: TestEngine, image: () => string): Boxes {
  const names: string[] = [];
  const removals: (() => Promise<void>)[] = [];
  const spec: Boxes['spec'] = (argv, changes = {}) => {
    const made = helperBox({
      purpose: 'test',
      suffix: randomBytes(6).toString('hex'),
      image: image(),
      user: { uid: test.uid, gid: test.gid, keepId: test.keepId },
      argv,
      network: 'none',
    });
    const box = {
      ...made,
      ...changes,
      labels: { ...made.labels, [LABEL]: 'box', [`${LABEL}.test`]: RUN, ...changes.labels },
    };
    names.push(box.name);
    return box;
  };
  const launch = (box: BoxSpec, extras: Extras, streams: Streams | undefined) =>
    test.engine.launch({
      spec: box,
      payload: extras.payload ?? encodePayload(extras.frames ?? []),
      approve: extras.approve ?? (() => {}),
      streams,
    });
  const start: Boxes['start'] = async (box, extras = {}) => {
    const { streams, stdout, stderr } = pipes(extras.input ?? '');
    return { box: await launch(box, extras, streams), stdout, stderr };
  };
  return {
    spec,
    start,
    async run(box, extras) {
      const { box: running, stdout, stderr } = await start(box, extras);
      const code = await running.exit;
      await test.engine.remove(running.id);
      return { id: running.id, code, stdout: stdout(), stderr: stderr() };
    },
    detached: (box, extras = {}) => launch(box, extras, undefined),
    async created(box) {
      let actual: ActualBox | undefined;
      const stop = new Error('seen enough');
      const approve = (made: ActualBox) => {
        actual = made;
        throw stop;
      };
      await start(box, { approve }).catch((error: unknown) => {
        if (error !== stop) throw error;
      });
      if (actual === undefined) throw new Error('the engine asked nobody to approve');
      return actual;
    },
    async directory() {
      const { path, remove } = await ownedDirectory(test);
      removals.push(remove);
      return path;
    },
    async cleanUp() {
      await Promise.all(names.splice(0).map((name) => test.engine.remove(name)));
      await Promise.all(removals.splice(0).map((remove) => remove()));
    },
  };
}

/** Streams of memory: `input` goes in, what comes out is collected. */
export function pipes(input: string | Buffer): { streams: Streams; stdout: () => string; stderr: () => string } {
  const out = collect();
  const err = collect();
  const stdin = Readable.from(input.length === 0 ? [] : [Buffer.from(input)]);
  const streams = { stdin, stdout: out.stream, stderr: err.stream, terminal: undefined };
  return { streams, stdout: out.text, stderr: err.text };
}

/** A stream that keeps what is written to it. */
export function collect(): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

/** A directory of the host at `target`. */
export function mount(source: string, target: string, write = true): Mount {
  return { source, target, write, relabel: false, purpose: 'test' };
}

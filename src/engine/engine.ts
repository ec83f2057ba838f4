import type { Readable, Writable } from 'node:stream';
import type { ActualBox, BoxSpec, EngineKind } from '../plan/spec.ts';

/** What an engine says of itself; plan decides with it, so every field is plain data. */
export interface EngineFacts {
  readonly kind: EngineKind;
  readonly version: string;
  /** Where it was found: a socket path or the podman command. */
  readonly endpoint: string;
  readonly rootless: boolean;
  /** Docker's userns-remap: ids in the box are not ids of the host. */
  readonly usernsRemap: boolean;
  /** A virtual machine that maps ids by itself (Docker Desktop, OrbStack, Colima, podman machine). */
  readonly desktop: boolean;
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string;
  /** Limits that this engine ignores: `memory`, `cpus`, `pids`. */
  readonly ignoredLimits: readonly ('memory' | 'cpus' | 'pids')[];
  /** Runtimes that ignore every limit because of how they were registered; none when absent. */
  readonly limitlessRuntimes?: readonly string[];
  readonly selinux: boolean;
  /** For people who ask why; nothing is decided with it. */
  readonly details?: EngineDetails;
}

/** What an engine says of the machine it runs on. */
interface EngineDetails {
  readonly cgroupVersion: string | undefined;
  /** The directory on this machine where images and boxes lie; undefined when it is in a virtual machine. */
  readonly storage: string | undefined;
  /** Flags of the registered runtimes; empty where the engine does not tell. */
  readonly runtimeArgs: Readonly<Record<string, readonly string[]>>;
}

/** An image that is there. */
export interface ImageInfo {
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly size: number;
  /** As engines write it: `amd64`. */
  readonly architecture?: string | undefined;
  /** Paths for which the engine makes a volume by itself in every container. */
  readonly volumes?: readonly string[];
}

/** An image of agentbox in the engine's list: one entry a tag, one by its id for an image that has lost its tag. */
export interface ListedImage {
  readonly tag: string;
  readonly id: string;
  /** ISO 8601. */
  readonly created: string;
  /** Bytes; layers that images share count in each of them. */
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A box as the engine's labels tell of it. */
export interface BoxInfo {
  readonly id: string;
  readonly name: string;
  /** The id of its image. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'created' | 'running' | 'paused' | 'exited';
  readonly exitCode: number | undefined;
  /** ISO 8601. */
  readonly created: string;
}

/** The user's end of a box. `terminal` is given when the box has a pty. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly terminal: TerminalControl | undefined;
}

/** A terminal that can be put in raw mode and tells its size. */
export interface TerminalControl {
  /** Puts the terminal in raw mode; the answer restores it. Safe to call twice. */
  raw(): () => void;
  size(): TerminalSize;
  /** Calls back at every change of size; the answer stops that. */
  onResize(callback: () => void): () => void;
}

/** How a box is to be launched. */
export interface Launch {
  readonly spec: BoxSpec;
  /**
   * What the entrypoint reads before it starts the agent (see box/payload.ts). Never logged, never on argv. It may come while the
   * box is made; when it does not, the box is removed and its error thrown.
   */
  readonly payload: Buffer | Promise<Buffer>;
  /** Looks at what was really created; a throw removes the box and nothing of the payload has been sent. */
  readonly approve: (actual: ActualBox) => void;
  /** Undefined: detached; the box gets its payload and is left alone. */
  readonly streams: Streams | undefined;
  /** The keys at its terminal that let go of the box (see plan/detachKeys.ts); absent: none do. */
  readonly detachKeys?: string | undefined;
}

/** Rows and columns of a terminal. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** A program that is run in a box. */
export interface ExecOptions {
  readonly streams: Streams;
  readonly workdir?: string;
  /** What the stage gives to this program alone, as at the start of a box (see box/payload.ts). Never on argv. */
  readonly payload?: Buffer | undefined;
}

/** A box that has been launched and whose agent is running (or has ended). */
export interface RunningBox {
  readonly id: string;
  /** The exit code of the agent; rejects with a UserError when the engine is lost. */
  readonly exit: Promise<number>;
  /** Resolves when the keys were typed that let go of the box; whoever waits then calls `detach`. Absent where there are none. */
  readonly left?: Promise<void>;
  /** Lets go of the streams and leaves the box running. */
  detach(): void;
}

/** One build of an image. */
export interface Build {
  readonly tag: string;
  /** The build context as a tar archive with a `Dockerfile` at its top. */
  readonly context: Buffer;
  readonly args: Readonly<Record<string, string>>;
  /** The stage to end with; absent: the last. */
  readonly target?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  readonly onProgress: (line: BuildProgress) => void;
}

/** Progress of a build: a step that begins or ends, or a line of its output. */
export type BuildProgress =
  | { readonly kind: 'step'; readonly step: string; readonly state: 'started' | 'done' | 'cached' | 'failed' }
  | { readonly kind: 'output'; readonly step: string; readonly text: string };

/** A volume in the engine's list. */
export interface VolumeInfo {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What runs containers. Every method throws UserError('engine', …) when the engine cannot be reached or takes too long. */
export interface Engine {
  readonly kind: EngineKind;
  facts(): Promise<EngineFacts>;

  /** Undefined when there is no such image; `ref` is a tag or an id. */
  image(ref: string): Promise<ImageInfo | undefined>;
  /** Builds and tags; throws UserError('image', …) with the last lines of the failing step. */
  build(build: Build): Promise<void>;
  /** Pulls an image by tag or digest with the engine's own login. */
  pull(ref: string, onProgress: (text: string) => void): Promise<void>;
  /** The tags of all images with label dev.agentbox.image, newest first: those agentbox built, and what others built on them. */
  images(): Promise<readonly ListedImage[]>;
  /** Takes a tag away, and the image with its last one; one that is not there is fine. Throws while a container uses it. */
  removeImage(ref: string): Promise<void>;

  /** Makes a volume with these labels; one of that name that is there is left as it is. */
  makeVolume(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** All volumes with these labels. */
  volumes(labels: Readonly<Record<string, string>>): Promise<readonly VolumeInfo[]>;
  /** Removes a volume; one that is not there is fine. Throws while a container has it. */
  removeVolume(name: string): Promise<void>;

  /** Creates the box, has it approved, starts it, hands over the payload. */
  launch(launch: Launch): Promise<RunningBox>;
  /** Creates the box and leaves it so; gives its id. It was never looked at, so nothing but `remove` may follow. */
  create(spec: BoxSpec): Promise<string>;

  /** All boxes that have every one of these labels; `dev.agentbox` among them names another kind: `helper`, `gateway`. */
  boxes(labels: Readonly<Record<string, string>>): Promise<readonly BoxInfo[]>;
  inspect(id: string): Promise<ActualBox>;
  attach(id: string, streams: Streams, detachKeys?: string): Promise<RunningBox>;
  /** Gives the terminal of a running box a size. Never fails: the terminal may be gone. */
  resize(id: string, size: TerminalSize): Promise<void>;
  /** Bytes of memory that boxes use, by their ids, of those that run and where the engine tells. */
  memory(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Runs argv in a running box and gives its exit code. */
  exec(id: string, argv: readonly string[], options: ExecOptions): Promise<number>;
  /** Writes the output so far (and with `follow` what comes) to `out`. */
  logs(id: string, options: { out: Writable; follow: boolean }): Promise<void>;
  signal(id: string, signal: NodeJS.Signals): Promise<void>;
  /** Stops a running box in its tracks until `unpause`; false where this engine cannot, and the box runs on. */
  pause(id: string): Promise<boolean>;
  /** Lets a box go on; one that is not paused is fine. */
  unpause(id: string): Promise<void>;
  /** TERM, and KILL after `seconds`. A box that is not running is fine. */
  stop(id: string, seconds: number): Promise<void>;
  /** Removes the box, running or not; one that is not there is fine. */
  remove(id: string): Promise<void>;
  /** Has a box that ended removed; it may be there for a moment after this program has ended. */
  discard(id: string): Promise<void>;
}

/** The label every box and image of agentbox carries; the engine's labels are the only record of boxes. */
export const LABEL = 'dev.agentbox';

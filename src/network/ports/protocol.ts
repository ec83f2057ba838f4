import type { Publish } from './publish.ts';

/** What a process that serves the ports of a box is started with: one line of JSON on its standard input, without a secret. */
export interface PortsStart {
  readonly engine: { readonly kind: 'docker' | 'podman'; readonly endpoint: string };
  /** The name of the box. */
  readonly box: string;
  readonly client: string;
  /** The folder of the state, as in the box's labels. */
  readonly data: string;
  readonly ports: readonly Publish[];
  /** Path of the socket that shows others that it serves. */
  readonly socket: string;
}

/** The line after that: the box runs. Without it nothing was started, and the process ends with its input. */
export const BEGIN = 'begin';

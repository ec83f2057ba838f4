/**
 * What the launcher tells the entrypoint of a box, over a pipe, before the agent starts. One header line
 * `agentbox1 <bytes>\n`, then that many bytes of frames: `<op> <length> …\n` and the fields, each of its length.
 * images/base/stage reads it; docs/architecture.md tells the order of things.
 */
export type Frame =
  /** A variable in the environment of the agent and its descendants. */
  | { readonly op: 'env'; readonly name: string; readonly value: string }
  /** A file; `once` leaves an existing one alone. Parents are made (0700). Mode in octal digits, e.g. `600`. */
  | {
      readonly op: 'file';
      readonly path: string;
      readonly mode: string;
      readonly when: 'once' | 'always';
      readonly content: string;
    }
  /** A symbolic link; replaces a link, leaves anything else alone and says so. */
  | { readonly op: 'link'; readonly path: string; readonly target: string }
  /** The relay: it listens on 127.0.0.1 and carries every connection to this socket of the gateway. */
  | { readonly op: 'relay'; readonly socket: string; readonly port: string }
  /** An authority (PEM) that the box trusts besides those of its image. */
  | { readonly op: 'trust'; readonly authority: string };

/** The bytes of a payload. An empty list of frames is a payload too: it means go. */
export function encodePayload(frames: readonly Frame[]): Buffer {
  const body = Buffer.concat(frames.map(encodeFrame));
  return Buffer.concat([Buffer.from(`agentbox1 ${body.length}\n`), body]);
}

function encodeFrame(frame: Frame): Buffer {
  const fields = fieldsOf(frame).map((field) => Buffer.from(field));
  const head = `${frame.op} ${fields.map((field) => field.length).join(' ')}\n`;
  return Buffer.concat([Buffer.from(head), ...fields]);
}

function fieldsOf(frame: Frame): readonly string[] {
  switch (frame.op) {
    case 'env':
      return [frame.name, frame.value];
    case 'file':
      return [frame.path, frame.mode, frame.when, frame.content];
    case 'link':
      return [frame.path, frame.target];
    case 'relay':
      return [frame.socket, frame.port];
    case 'trust':
      return [frame.authority];
  }
}

/** The program in each image that reads a payload and becomes the agent. */
export const STAGE = '/usr/local/lib/agentbox/stage';

/** What the entrypoint prints when the terminal is raw and it waits for the payload: a sequence terminals ignore. */
export const READY = '\u001b]agentbox;ready\u0007';

import { LABEL } from '../engine/engine.ts';
import { type Publish, readPublish, writePublish } from '../network/ports/publish.ts';

/** What a box's labels say; the engine keeps them, there is no other record. */
export interface BoxLabels {
  readonly client: string;
  /** The folder of the state: users who share an engine may each have a client of that name. */
  readonly data: string;
  readonly agent: string;
  /** Real path of the project. */
  readonly project: string;
  readonly version: string;
  /** ISO 8601. */
  readonly started: string;
  readonly terminal: boolean;
  readonly runtime: string;
  readonly network: string;
  /** `bind`, `clone`, `readonly`. */
  readonly workspace: string;
  /** It stays after its end, until somebody removes it. */
  readonly keep: boolean;
  /** It was made by `--create-only`: a name that waits for its start. */
  readonly waits: boolean;
  /** How it was asked for (box/recipe.ts), as JSON without any value of a variable. Always written, since an image may have such a label. */
  readonly asked: string;
  /** The agent's directory on the host that is the box's state; absent: it has one of its own. */
  readonly shared?: string;
  /** Published ports, as portsOf reads them; absent: none. */
  readonly ports?: string;
}

/** The labels of a box, as the engine stores them. */
export function toLabels(box: BoxLabels): Record<string, string> {
  const entries = Object.entries(box).map(([name, value]) => [`${LABEL}.${name}`, String(value)]);
  return { [LABEL]: 'box', ...Object.fromEntries(entries) };
}

/** Reads labels back; what is missing is empty. */
export function fromLabels(labels: Readonly<Record<string, string>>): BoxLabels {
  const read = (name: string) => labels[`${LABEL}.${name}`] ?? '';
  return {
    client: read('client'),
    data: read('data'),
    agent: read('agent'),
    project: read('project'),
    version: read('version'),
    started: read('started'),
    terminal: read('terminal') === 'true',
    runtime: read('runtime'),
    network: read('network'),
    workspace: read('workspace'),
    keep: read('keep') === 'true',
    waits: read('waits') === 'true',
    asked: read('asked'),
  };
}

/** The label of published ports. Pure. */
export function portsLabel(ports: readonly Publish[]): { readonly ports?: string } {
  return ports.length === 0 ? {} : { ports: ports.map(writePublish).join(' ') };
}

/** The published ports that a box's labels tell of; what is none is left out. Pure. */
export function portsOf(labels: Readonly<Record<string, string>>): readonly Publish[] {
  const texts = (labels[`${LABEL}.ports`] ?? '').split(' ').filter((text) => text !== '');
  return texts.map(readPublish).filter((publish) => typeof publish !== 'string');
}

/** Label filters for the boxes of a client; with `data` of the one alone whose state is there. */
export function labelsOfClient(client: string, data?: string): Record<string, string> {
  return { [`${LABEL}.client`]: client, ...(data === undefined ? {} : { [`${LABEL}.data`]: data }) };
}

/** Label filters for the boxes that have a directory of the host as their state. */
export function labelsOfShared(path: string): Record<string, string> {
  return { [`${LABEL}.shared`]: path };
}

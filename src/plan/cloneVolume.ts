import type { Paths } from '../config/paths.ts';
import { LABEL } from '../engine/engine.ts';
import { digest } from './gatewayNames.ts';

/** What the volume of a clone says of it; enough to know whose it is when its record is gone. */
export interface CloneLabels {
  readonly client: string;
  /** The folder of the state. */
  readonly data: string;
  /** Real path of the project. */
  readonly project: string;
  readonly agent: string;
  /** The name of the box that it was made for. */
  readonly box: string;
  /** ISO 8601. */
  readonly started: string;
}

const NAMES = ['client', 'data', 'project', 'agent', 'box', 'started'] as const;

/** The name of the volume that holds the clone of a box. Users who share an engine may each have a box of that name. Pure. */
export function cloneVolumeName(box: string, { dataDir }: Pick<Paths, 'dataDir'>): string {
  return `agentbox-clone-${box.replace(/^agentbox-/, '')}-${digest([dataDir, box])}`;
}

/** The labels of a clone's volume, as the engine stores them. Podman takes a comma in one for the beginning of another. Pure. */
export function toCloneLabels(clone: CloneLabels): Record<string, string> {
  return { [LABEL]: 'clone', ...Object.fromEntries(NAMES.map((name) => [`${LABEL}.${name}`, encoded(clone[name])])) };
}

/** Reads the labels of a clone's volume back; what is missing is empty. Pure. */
export function fromCloneLabels(labels: Readonly<Record<string, string>>): CloneLabels {
  const read = (name: (typeof NAMES)[number]) => decoded(labels[`${LABEL}.${name}`] ?? '');
  return {
    client: read('client'),
    data: read('data'),
    project: read('project'),
    agent: read('agent'),
    box: read('box'),
    started: read('started'),
  };
}

/** Label filters for the clones that belong to a folder of state. Pure. */
export function labelsOfClones(data: string): Record<string, string> {
  return { [LABEL]: 'clone', [`${LABEL}.data`]: encoded(data) };
}

function encoded(text: string): string {
  return text.replace(/[%,"\r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

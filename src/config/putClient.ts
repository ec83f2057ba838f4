import { Document, isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';
import { UserError } from '../errors.ts';
import { edit, edited, openMaps, underTilde } from './edit.ts';
import type { Paths } from './paths.ts';
import type { RawClient } from './schema.ts';

/** Settings of a client as config.yaml has them: lists and groups add to what is there, anything else takes its place. */
export type ClientEntries = Partial<
  Pick<
    RawClient,
    | 'projects'
    | 'agent'
    | 'engine'
    | 'login'
    | 'credentials'
    | 'allow'
    | 'workspace'
    | 'packages'
    | 'toolchains'
    | 'allow_degraded'
  >
>;

/** What a client's part of config.yaml would be, with the keys above it. */
export interface ClientPreview {
  readonly text: string;
  /** False: config.yaml says all of it already. */
  readonly changes: boolean;
}

/** Puts settings into a client of config.yaml, which is made where it is missing; comments and order stay. Throws UserError('config'). */
export async function putClient(paths: Paths, client: string, entries: ClientEntries): Promise<void> {
  await edit(paths, put(paths, client, entries));
}

/** What `putClient` would leave of the client; writes nothing, and throws as it does. */
export async function previewClient(paths: Paths, client: string, entries: ClientEntries): Promise<ClientPreview> {
  const { before, after, document } = await edited(paths, put(paths, client, entries));
  const shown = new Document({ clients: {} });
  shown.setIn(['clients', client], document.getIn(['clients', client], true));
  return { text: shown.toString({ lineWidth: 0 }), changes: after !== before };
}

function put({ home }: Paths, client: string, { projects, ...entries }: ClientEntries) {
  const wanted = Object.entries({ projects: projects?.map((path) => underTilde(path, home)), ...entries });
  return (document: Document): void => {
    const path = ['clients', client];
    for (const part of [path.slice(0, 1), path]) refuseAlias(document, part);
    openMaps(document, path);
    for (const [key, value] of wanted) {
      if (value === undefined) continue;
      const place = [...path, key];
      refuseAlias(document, place);
      if (Array.isArray(value)) addTo(document, place, value);
      else if (typeof value === 'object') setEach(document, place, value);
      else if (document.getIn(place) !== value) document.setIn(place, value);
    }
  };
}

function addTo(document: Document, place: readonly string[], values: readonly unknown[]): void {
  if (values.length === 0) return;
  const there = document.getIn(place, true);
  if (!isSeq(there)) {
    document.setIn(place, inOneLine(document, values));
    return;
  }
  const known = there.items.map((item) => (isScalar(item) ? item.value : undefined));
  for (const value of values) if (!known.includes(value)) there.add(document.createNode(value));
}

function setEach(document: Document, place: readonly string[], values: object): void {
  for (const [name, value] of Object.entries(values)) {
    openMaps(document, place);
    const there = document.getIn([...place, name], true);
    const before = isNode(there) ? JSON.stringify(there.toJSON()) : undefined;
    if (before !== JSON.stringify(value)) document.setIn([...place, name], inOneLine(document, value));
  }
}

function inOneLine(document: Document, value: unknown) {
  const node = document.createNode(value);
  if (isMap(node) || isSeq(node)) node.flow = true;
  return node;
}

/** What an alias stands for is another's too, and would change there or be lost here. */
function refuseAlias(document: Document, place: readonly string[]): void {
  if (!isAlias(document.getIn(place, true))) return;
  throw new UserError('config', `${place.join('.')} is an alias (*name), which only you can take apart`, {
    next: ['write it out in config.yaml, then try again'],
  });
}

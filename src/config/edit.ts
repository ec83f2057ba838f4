import { realpath } from 'node:fs/promises';
import { type Document, isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import { UserError } from '../errors.ts';
import { withLock } from '../state/lock.ts';
import { writeState } from '../state/writeFile.ts';
import { readConfigText } from './load.ts';
import { parseConfig } from './parse.ts';
import type { Paths } from './paths.ts';
import { ConfigError } from './problem.ts';
import { realPathOf } from './realPath.ts';

/**
 * Adds a client with its projects to config.yaml; comments and order stay. Throws UserError('config') when the client is
 * there already, or a project overlaps with another client's; then nothing is written.
 */
export async function addClient(paths: Paths, client: string, projects: readonly string[]): Promise<void> {
  await edit(paths, (document) => {
    if (document.hasIn(['clients', client])) {
      throw new UserError('config', `client ${client} is there already`, { next: [`agentbox client show ${client}`] });
    }
    const settings = projects.length === 0 ? null : { projects: projects.map((path) => underTilde(path, paths.home)) };
    if (!isMap(document.contents)) document.contents = document.createNode({});
    const clients = document.get('clients');
    if (!isMap(clients) || clients.items.length === 0) document.set('clients', document.createNode({}));
    document.setIn(['clients', client], document.createNode(settings));
  });
}

/** Takes a client out of config.yaml; one that is not there is fine. */
export async function removeClient(paths: Paths, client: string): Promise<void> {
  await edit(paths, (document) => {
    if (!document.hasIn(['clients', client])) return;
    document.deleteIn(['clients', client]);
    const clients = document.get('clients');
    if (isMap(clients) && clients.items.length === 0) document.delete('clients');
  });
}

/** Names a store as the source of a client's credential in config.yaml; one that is there already stays as it is. */
export async function addCredential(paths: Paths, client: string, name: string, store: string): Promise<void> {
  await edit(paths, (document) => {
    const path = ['clients', client, 'credentials'];
    if (document.hasIn([...path, name])) return;
    openMaps(document, path);
    const source = document.createNode({ store });
    source.flow = true;
    document.setIn([...path, name], source);
  });
}

/** Adds rules to a client's `allow` or `deny` in config.yaml; one that is there already stays as it is. */
export async function addRules(
  paths: Paths,
  client: string,
  list: 'allow' | 'deny',
  rules: readonly string[],
): Promise<void> {
  await edit(paths, (document) => {
    openMaps(document, ['clients', client]);
    const path = ['clients', client, list];
    const there = document.getIn(path, true);
    if (!isSeq(there)) return document.setIn(path, document.createNode(rules));
    const known = there.items.map((item) => (isScalar(item) ? item.value : undefined));
    for (const rule of rules) if (!known.includes(rule)) there.add(document.createNode(rule));
  });
}

/** Takes a credential of a client out of config.yaml; one that is not there is fine. */
export async function removeCredential(paths: Paths, client: string, name: string): Promise<void> {
  await edit(paths, (document) => {
    const path = ['clients', client, 'credentials'];
    if (!document.hasIn([...path, name])) return;
    document.deleteIn([...path, name]);
    const left = document.getIn(path);
    if (isMap(left) && left.items.length === 0) document.deleteIn(path);
  });
}

/** Makes maps of a path's parts: `clients:` or `acme:` with nothing after it is a null, into which nothing can be put; its comment stays. */
export function openMaps(document: Document, path: readonly string[]): void {
  if (!isMap(document.contents)) document.contents = document.createNode({});
  for (let end = 1; end <= path.length; end += 1) {
    const node = document.getIn(path.slice(0, end), true);
    if (isMap(node) && node.items.length > 0) continue;
    const map = document.createNode({});
    map.commentBefore = isNode(node) ? (node.comment ?? null) : null;
    document.setIn(path.slice(0, end), map);
  }
}

/** Changes config.yaml under its lock, whole or not at all. Throws UserError('config') for what is not valid, before or after. */
export async function edit(paths: Paths, change: (document: Document) => void): Promise<void> {
  await withLock(paths.configFile, async () => {
    const { before, after } = await edited(paths, change);
    if (after !== before) await writeState(await fileBehind(paths.configFile), after);
  });
}

/** The texts of config.yaml before and after a change that is not made, and the document after it. Throws as `edit`. */
export async function edited(
  paths: Paths,
  change: (document: Document) => void,
): Promise<{ readonly before: string; readonly after: string; readonly document: Document }> {
  const before = (await readConfigText(paths.configFile)) ?? '';
  const origins = { file: paths.configFile, home: paths.home, realPathOf };
  await parseConfig(before, origins);
  const document: Document = parseDocument(before);
  change(document);
  const isEmpty = isMap(document.contents) && document.contents.items.length === 0;
  const text = document.toString({ lineWidth: 0 });
  const after = isEmpty ? text.replace(/\n*\{\}\n$/, '\n') : text;
  await parseConfig(after, origins).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    const why = error.problems.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new UserError('config', 'the configuration would not be valid, so it stays as it is', { why });
  });
  return { before, after, document };
}

/** Where a link leads (people keep their configuration elsewhere and link to it), so that the link stays one. */
async function fileBehind(path: string): Promise<string> {
  return await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return path;
    throw error;
  });
}

/** A path as people write it. */
export const underTilde = (path: string, home: string) =>
  path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;

import { clientSettings } from '../config/merge.ts';
import { nearest } from '../config/names.ts';
import type { Credential } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { UsageError, UserError } from '../errors.ts';
import { say } from '../ui/io.ts';
import { clientHere } from './clientHere.ts';
import { readValue } from './readValue.ts';
import { sourceInWords } from './sources/index.ts';
import { type StoreKind, storeOf } from './store.ts';

const PLACES: Readonly<Record<StoreKind, string>> = {
  keychain: 'the keychain',
  file: 'a file of agentbox, which is not encrypted',
};

/** Keeps a value for a client and names it in config.yaml. `words` are the arguments: one name and nothing else. */
export async function setCredential(
  context: Context,
  words: readonly string[],
  options: { readonly client?: string; readonly store?: StoreKind },
): Promise<void> {
  const name = nameOf(words, 'set');
  const { client, credential } = await find(context, name, options.client);
  const kind = storeFor(name, credential, options.store);
  const store = storeOf(kind, context);
  // Before anybody types: a keychain that is not there says so.
  const before = await store.get({ client, name });
  const value = await readValue(context, name);
  await store.set({ client, name }, value);
  const { addCredential } = await import('../config/edit.ts');
  await addCredential(context.paths, client, name, kind);
  const verb = before === undefined ? 'is kept' : 'is replaced';
  say(context.io, `${name} of client ${client} ${verb} in ${PLACES[kind]}`);
}

/** Removes a kept value and its line in config.yaml. Asks first. */
export async function removeCredential(
  context: Context,
  words: readonly string[],
  options: { readonly client?: string; readonly yes?: boolean },
): Promise<void> {
  const name = nameOf(words, 'rm');
  const { client, credential } = await find(context, name, options.client);
  if (credential !== undefined && !('store' in credential.source)) {
    throw new UserError('credentials', `${name} of client ${client} is not kept by agentbox`, {
      why: `its source is: ${sourceInWords(credential.source)}`,
      next: [`take it out of ${context.paths.configFile}`],
    });
  }
  const question = `Remove ${name} of client ${client}?`;
  if (options.yes !== true && !(await context.prompter.confirm(question, '--yes'))) return;
  const had = await removeValue(context, client, name, credential);
  if (!had && credential === undefined) {
    const near = nearest(name, Object.keys((await context.config()).clients.get(client)?.credentials ?? {}));
    throw new UserError('credentials', `client ${client} has no credential ${name}`, {
      ...(near === undefined ? {} : { why: `did you mean ${near}?` }),
      next: [`agentbox creds --client ${client}`],
    });
  }
  const { removeCredential: removeFromConfig } = await import('../config/edit.ts');
  await removeFromConfig(context.paths, client, name);
  say(context.io, `${name} of client ${client} is gone`);
}

/** A value without a line in the configuration may be in either store; a keychain that does not answer has none then. */
async function removeValue(
  context: Context,
  client: string,
  name: string,
  credential: Credential | undefined,
): Promise<boolean> {
  const secret = { client, name };
  if (credential !== undefined && 'store' in credential.source) {
    return await storeOf(credential.source.store, context).remove(secret);
  }
  const inFile = await storeOf('file', context).remove(secret);
  const inKeychain = await storeOf('keychain', context)
    .remove(secret)
    .catch((error: unknown) => {
      if (error instanceof UserError) return false;
      throw error;
    });
  return inFile || inKeychain;
}

async function find(context: Context, name: string, requested: string | undefined) {
  const client = await clientHere(context, requested);
  return { client, credential: clientSettings(await context.config(), client).credentials?.[name] };
}

/** The store that the configuration names, else the one asked for, else the keychain. */
function storeFor(name: string, credential: Credential | undefined, asked: StoreKind | undefined): StoreKind {
  if (credential === undefined) return asked ?? 'keychain';
  const { source } = credential;
  if ('store' in source && (asked === undefined || asked === source.store)) return source.store;
  throw new UserError('credentials', `${name} has another source already: ${sourceInWords(source)}`, {
    why: 'a credential has one source, and config.yaml names it',
    next: [
      'store' in source ? `agentbox creds rm ${name}, then set it again` : `take ${name} out of config.yaml first`,
    ],
  });
}

/** The one argument. Whatever else was typed may be the secret itself, so nothing of it is repeated. */
function nameOf(words: readonly string[], command: 'set' | 'rm'): string {
  const [name = ''] = words;
  if (words.length === 1 && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  if (command === 'rm' || (words.length < 2 && !name.includes('='))) {
    throw new UsageError(`agentbox creds ${command} takes the name of a variable, and nothing else`, [
      `agentbox creds ${command} NAME, with letters, digits and _`,
    ]);
  }
  throw new UsageError('a value is never given on the command line, where other programs and the history see it', [
    'agentbox creds set NAME   (it asks for the value)',
    'agentbox creds set NAME < FILE',
    'what was typed just now is in the history of your shell: treat it as known',
  ]);
}

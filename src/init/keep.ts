import type { ClientEntries } from '../config/putClient.ts';
import type { Context } from '../context.ts';
import { readValue } from '../credentials/readValue.ts';
import { type SecretStore, type StoreKind, storeOf } from '../credentials/store.ts';
import { UserError } from '../errors.ts';
import type { Key } from './answers.ts';

/** A value that was given for a credential, and the store it goes to. */
export interface GivenValue {
  readonly name: string;
  readonly kind: StoreKind;
  readonly value: string;
}

/** The values of all keys that are to be kept, asked for unseen. The stores are asked first, so that one that is not there says so before anybody types. */
export async function askValues(
  context: Context,
  client: string,
  keys: readonly Key[],
): Promise<readonly GivenValue[]> {
  const kept = keys.flatMap(({ name, source }) => ('store' in source ? [{ name, kind: source.store }] : []));
  for (const { name, kind } of kept) {
    await storeOf(kind, context)
      .get({ client, name })
      .catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        const { trouble, message, why, next } = error;
        const more = [...next, 'here: --key-from store:file'];
        throw new UserError(trouble, message, { ...(why === undefined ? {} : { why }), next: more, cause: error });
      });
  }
  const values: GivenValue[] = [];
  for (const { name, kind } of kept) values.push({ name, kind, value: await readValue(context, name) });
  return values;
}

/** Keeps values and writes the settings; when one of it fails, what was kept before is put back and the error thrown. */
export async function keepAll(
  context: Context,
  client: string,
  values: readonly GivenValue[],
  entries: ClientEntries,
): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    for (const { name, kind, value } of values) {
      const store = storeOf(kind, context);
      const secret = { client, name };
      undo.unshift(backTo(store, secret, await store.get(secret)));
      await store.set(secret, value);
    }
    const { putClient } = await import('../config/putClient.ts');
    await putClient(context.paths, client, entries);
  } catch (error) {
    for (const step of undo) await step().catch(() => {});
    throw error;
  }
}

function backTo(store: SecretStore, secret: Parameters<SecretStore['get']>[0], before: string | undefined) {
  return () => (before === undefined ? store.remove(secret) : store.set(secret, before));
}

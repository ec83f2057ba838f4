import { UsageError } from '../errors.ts';

/** What engines, file systems and the names of branches all take. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])$/;

/** Throws UsageError for what cannot be the name of a new box. Pure. */
export function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new UsageError(`--name ${JSON.stringify(name)}: no name for a box`, [
      'two to 48 lower-case letters, digits and dashes, such as shop-tests',
    ]);
  }
  if (name.startsWith('agentbox-')) {
    throw new UsageError(`--name ${name}: agentbox- is how the names begin that agentbox gives`, [
      `--name ${name.slice('agentbox-'.length) || 'shop-tests'}`,
    ]);
  }
}

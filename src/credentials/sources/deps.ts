import type { Context } from '../../context.ts';

/** The parts of the outside world that credentials are read from. */
export type SourceDeps = Pick<Context, 'io' | 'env' | 'execute' | 'platform' | 'program' | 'caller' | 'paths' | 'now'>;

/** Whose secret is meant: `store` keeps one value for each client and name. */
export interface SecretName {
  readonly client: string;
  readonly name: string;
}

import type { Context } from '../../context.ts';

/** The parts of the outside world that credentials are read from. */
export type SourceDeps = Pick<Context, 'env' | 'execute' | 'platform' | 'caller' | 'paths' | 'now'>;

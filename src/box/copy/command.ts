import type { Context } from '../../context.ts';
import type { EngineKind } from '../../plan/spec.ts';
import { runningBox } from '../commands.ts';
import { copyIn } from './copyIn.ts';
import { copyOut, type OutOptions } from './copyOut.ts';
import { copyOf } from './place.ts';

/** Copies a file or a folder out of a running box, or into it. Throws UsageError, UserError. */
export async function copy(
  context: Context,
  from: string,
  to: string,
  options: OutOptions & { readonly engine?: EngineKind },
): Promise<void> {
  const wanted = copyOf(from, to);
  const { engine, box } = await runningBox(context, wanted.box, options);
  if (wanted.way === 'out') await copyOut(context, engine, box, wanted, options);
  else await copyIn(context, engine, box, wanted);
}

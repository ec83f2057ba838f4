import type { Context } from '../context.ts';
import type { Price } from './cost.ts';
import { PRICES } from './prices.ts';

/** The prices that count: those of the configuration first. Throws UserError('config'). */
export async function pricesOf(context: Pick<Context, 'config'>): Promise<readonly Price[]> {
  return [...((await context.config()).prices ?? []), ...PRICES];
}

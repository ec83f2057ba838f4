import type { Brokering, Resolved } from './resolved.ts';

/** How a credential is brokered; undefined when it is not. Pure. */
export function brokerOf(one: Resolved): Brokering | undefined {
  return one.delivery === 'kept' ? undefined : one.broker;
}

/** What the box gets to see of a credential that is a variable or a header. Pure. */
export function shownInBox(one: Extract<Resolved, { readonly delivery: 'env' | 'header' }>): string {
  return one.broker?.placeholder ?? one.value;
}

import { UserError } from '../errors.ts';
import type { Failure } from './facts.ts';

/** The value of a promise, or the failure in its own words; what is not a UserError is a bug and goes on. */
export async function settled<T>(
  promise: Promise<T>,
): Promise<
  { readonly value: T; readonly failure: undefined } | { readonly value: undefined; readonly failure: Failure }
> {
  try {
    return { value: await promise, failure: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { value: undefined, failure: { what: error.message, why: error.why, next: error.next } };
  }
}

import type { Refusal } from '../policy/policy.ts';

const WORDS: Readonly<Record<Refusal, string>> = {
  'not-allowed': 'no rule allows it',
  denied: 'a rule denies it',
  'bad-name': 'it is no name of a host',
  'refused-address': 'a private or local address, which only a rule for the address opens',
  unresolved: 'the name is not known',
};

/** A refusal for people; what is none of the policy's is said as it came. Pure. */
export function refusalWords(reason: string): string {
  return WORDS[reason as Refusal] ?? reason;
}

/** A key of AWS is two variables, and three when it is short-lived. */
export const AWS_KEY = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

/** Every name that a credential of Amazon Bedrock can have, strongest first. */
export const AWS_NAMES = ['AWS_BEARER_TOKEN_BEDROCK', ...AWS_KEY] as const;

/** True when `name` serves by itself, or is part of a key that is complete among the `given` names. Pure. */
export function serves(name: string, given: (name: string) => boolean): boolean {
  if (!given(name)) return false;
  const [id, secret] = AWS_KEY;
  return !isKeyPart(name) || (given(id) && given(secret));
}

/** True for a part of a key. */
export function isKeyPart(name: string): boolean {
  return AWS_KEY.some((part) => part === name);
}

import { UserError } from '../../errors.ts';

/** The value of a variable of the caller's environment; throws UserError('credentials') when it is not set or empty. */
export function fromEnv(variable: string, env: Readonly<Record<string, string | undefined>>): string {
  const value = env[variable];
  if (value) return value;
  throw new UserError('credentials', `${variable} is ${value === undefined ? 'not set' : 'empty'}`, {
    why: 'the value is to come from your environment',
    next: [`export ${variable}=…`],
  });
}

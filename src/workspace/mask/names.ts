/** Endings of files that show what is to be filled in, and hold no secret. */
const EXAMPLES = ['example', 'sample', 'template', 'dist', 'defaults'];

/** True for a name (lower case) of a file that holds secrets by custom: `.env`, `.env.local`, not `.env.example` or `.envrc`. */
export function isSecretsFile(name: string): boolean {
  if (name === '.env') return true;
  return name.startsWith('.env.') && !EXAMPLES.some((ending) => name.endsWith(`.${ending}`));
}

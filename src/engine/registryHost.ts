/** The host of an image's registry: the first part of its name when that is one; undefined for a name without. Pure. */
export function registryHost(ref: string): string | undefined {
  const [first = '', ...rest] = ref.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : undefined;
}

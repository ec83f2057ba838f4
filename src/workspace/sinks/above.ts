/** The folders above a path, the outermost first, without the project itself. */
export function above(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** A path for people: `~/work` for what lies in their home. Pure. */
export function homedirWord(path: string, home: string): string {
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

// What git itself refuses in a name: controls, space and ~^:?*[\, `..`, `@{`, `//`, and parts that begin with `.` or end in `.lock`.
const FORBIDDEN = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[/.]$/;
const ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** True for a name that git takes for a ref: below `refs/`, as git-check-ref-format says. */
export function isRefName(name: string): boolean {
  return name.startsWith('refs/') && name.length <= 1024 && !FORBIDDEN.test(name);
}

/** True for the name of an object, SHA-1 or SHA-256, in full. */
export function isObjectId(text: string): boolean {
  return ID.test(text);
}

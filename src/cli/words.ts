/** What help says of the options that many commands have, so that all say it in the same words. */
export const CLIENT = 'the client (default: the owner of the folder)';
/** Of a command that shows all clients unless told otherwise. */
export const ONLY_CLIENT = 'only those of this client';
/** The names of all agents; to import them all would cost every start. */
export const AGENTS = 'claude, codex, opencode, gemini, copilot, pi, shell';
/** How a box is named on the command line. */
export const BOX = 'its name, its id, or the end of its name';
/** The folder of a project. */
export const PROJECT = 'the project (default: this folder)';
/** How several boxes are named. */
export const BOXES = 'their names, ids, or the ends of their names';
/** Whose work is reviewed. */
export const REVIEWED = 'a box, or the one workspace of a folder (default: of this one)';
/** The choice of an engine. */
export const ENGINE = 'docker | podman';
/** Data for programs; docs/json.md has the shapes. */
export const JSON_OUTPUT = 'as JSON';

/** The end of a command's help: command lines, each with what it does. */
export function examples(...rows: readonly (readonly [line: string, does: string])[]): string {
  const width = Math.max(...rows.map(([line]) => line.length));
  return ['', 'Examples:', ...rows.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`.trimEnd())].join('\n');
}

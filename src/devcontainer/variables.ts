/** Variables by name. */
export type Variables = Readonly<Record<string, string>>;

const REFERENCE = /\$\{containerEnv:([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}/g;

/**
 * Who serves the model and with what key, how programs are loaded and which proxies and authorities they trust is not for
 * a project to say.
 */
const NOT_THEIRS = [
  /^(AGENTBOX|ANTHROPIC|AWS|CLAUDE|CODEX|COPILOT|GEMINI|GH|GITHUB|GOOGLE|OPENAI|OPENCODE|VERTEX)_/i,
  /_PROXY$/i,
  /^(LD_.*|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|BASH_ENV|ENV|HOME|HISTFILE)$/,
];

/** True for a variable that a project may have a say in. Pure. */
export function isTheirs(name: string): boolean {
  return !NOT_THEIRS.some((pattern) => pattern.test(name));
}

/**
 * What of a set of variables can be taken, and the names of the others, each after `place` and a dot. `${containerEnv:NAME}`
 * means nothing where no container is yet (`references` false). Pure.
 */
export function takeVariables(
  place: string,
  variables: Readonly<Record<string, string | null>>,
  references = true,
): { readonly taken: Variables; readonly ignored: readonly string[] } {
  const entries = Object.entries(variables);
  const isTaken = (entry: [string, string | null]): entry is [string, string] =>
    entry[1] !== null &&
    // Whatever else is written as ${…} would be read from this machine: ${localEnv:NAME} is its environment.
    !(references ? entry[1].replace(REFERENCE, '') : entry[1]).includes('${') &&
    isTheirs(entry[0]);
  return {
    taken: Object.fromEntries(entries.filter(isTaken)),
    ignored: entries.filter((entry) => !isTaken(entry)).map(([name]) => `${place}.${name}`),
  };
}

/** The values with each `${containerEnv:NAME}` replaced: from `known`, else by its own default, else by nothing. Pure. */
export function substitute(variables: Variables, known: Variables): Variables {
  const replaced = (value: string) =>
    value.replace(REFERENCE, (_, name: string, otherwise = '') =>
      Object.hasOwn(known, name) ? known[name] : otherwise,
    );
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, replaced(value)]));
}

/** The file in a client's directory that has a `Carried` a line; two older ones lie beside it, as `.1` and `.2`. */
export const CARRIED_FILE = 'usage.jsonl';

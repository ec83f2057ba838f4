type Env = Readonly<Record<string, string | undefined>>;

/** Which streams get colours. */
interface Streams {
  readonly out: boolean;
  readonly err: boolean;
}

/**
 * Which streams get colours, of those that are terminals: none with NO_COLOR, CLICOLOR=0 or TERM=dumb; both, terminals or not,
 * with FORCE_COLOR or CLICOLOR_FORCE. NO_COLOR wins. An empty variable counts as not set. Pure.
 */
export function coloursOf(env: Env, terminals: Streams): Streams {
  const none = { out: false, err: false };
  if (isSet(env['NO_COLOR'])) return none;
  if (env['FORCE_COLOR'] === '0') return none;
  if (isOn(env['FORCE_COLOR']) || isOn(env['CLICOLOR_FORCE'])) return { out: true, err: true };
  return env['CLICOLOR'] === '0' || env['TERM'] === 'dumb' ? none : terminals;
}

const isSet = (value: string | undefined) => value !== undefined && value !== '';
const isOn = (value: string | undefined) => isSet(value) && value !== '0';

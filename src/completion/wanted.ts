import type { Command, Option } from 'commander';
import { pathOf } from '../cli/place.ts';

/** What a word may be that is not a command or an option. */
export type Kind = 'client' | 'agent' | 'box' | 'host' | 'credential';

/** What comes at a place of the command line: names of these kinds, these words, and paths. */
export interface Wanted {
  readonly kinds: readonly Kind[];
  readonly words: readonly string[];
  readonly paths: 'none' | 'files' | 'dirs';
}

const NOTHING: Wanted = { kinds: [], words: [], paths: 'none' };
const kind = (...kinds: readonly Kind[]): Wanted => ({ ...NOTHING, kinds });
const FILES: Wanted = { ...NOTHING, paths: 'files' };
const DIRS: Wanted = { ...NOTHING, paths: 'dirs' };

const OPTIONS: Readonly<Record<string, Wanted>> = {
  '--client': kind('client'),
  '--agent': kind('agent'),
  '--box': kind('box'),
  '--allow': kind('host'),
  '--deny': kind('host'),
  '--with': kind('credential'),
  '--project': DIRS,
  '--mount': DIRS,
  '--output': FILES,
};

const ARGUMENTS: Readonly<Record<string, Wanted>> = {
  box: kind('box'),
  'box|dir': { ...DIRS, kinds: ['box'] },
  dir: DIRS,
  rule: kind('host'),
  'host[:port]': kind('host'),
  'agentbox cp from': FILES,
  'agentbox cp to': FILES,
  'agentbox client show name': kind('client'),
  'agentbox client rm name': kind('client'),
  'agentbox client reset name': kind('client'),
  'agentbox client export name': kind('client'),
  'agentbox creds set name': kind('credential'),
  'agentbox creds rm name': kind('credential'),
};

/** What the value of an option may be: one of a few words, or what is known of its name. Pure. */
export function wantedOfOption(option: Option): Wanted {
  // A parser of options.ts knows its words.
  const { allowed = option.argChoices ?? [] } = (option.parseArg ?? {}) as { readonly allowed?: readonly string[] };
  return allowed.length > 0 ? { ...NOTHING, words: allowed } : (OPTIONS[option.long ?? ''] ?? NOTHING);
}

/** What the operand after so many others may be. Pure. */
export function wantedOfOperand(command: Command, before: number): Wanted {
  const all = command.registeredArguments;
  const last = all.at(-1);
  const argument = all[before] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return NOTHING;
  if (argument.argChoices !== undefined) return { ...NOTHING, words: argument.argChoices };
  return ARGUMENTS[`${pathOf(command)} ${argument.name()}`] ?? ARGUMENTS[argument.name()] ?? NOTHING;
}

import type { Command } from 'commander';
import { placeOf, subcommands } from '../cli/place.ts';
import { type Kind, type Wanted, wantedOfOperand, wantedOfOption } from './wanted.ts';

/** A word that could stand there, and what it is. */
export interface Candidate {
  readonly value: string;
  readonly note: string;
}

/** What could stand in the place of the last word. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly paths: Wanted['paths'];
}

/** Gives the names of a kind; `words` are those of the whole command line. Never throws. */
export type Names = (kind: Kind, words: readonly string[]) => Promise<readonly Candidate[]>;

/** What a shell puts on a command line without quotes; nothing else is offered, wherever it came from. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Completes the last of the words that follow the program's name; it may be empty. */
export async function complete(program: Command, words: readonly string[], names: Names): Promise<Completion> {
  const [last = '', ...before] = [...words].reverse();
  const rest = before.reverse();
  // The agent's own words: most often a path, if anything.
  if (rest.includes('--')) return { candidates: [], paths: 'files' };
  const isHelp = rest[0] === 'help';
  const place = placeOf(program, isHelp ? rest.slice(1) : rest);
  const inline = /^(--[a-z-]+=)(.*)$/.exec(last);
  if (place.open !== undefined) return offered(wantedOfOption(place.open), last, rest, names);
  if (inline !== null) {
    const [, head = '', value = ''] = inline;
    const { open } = placeOf(program, [...rest, head.slice(0, -1)]);
    if (open === undefined) return { candidates: [], paths: 'none' };
    const { candidates } = await offered(wantedOfOption(open), value, rest, names);
    return { candidates: candidates.map((one) => ({ ...one, value: head + one.value })), paths: 'none' };
  }
  const { command, operands } = place;
  if (last.startsWith('-')) return { candidates: optionsOf(command, rest, last), paths: 'none' };
  const commands = operands.length > 0 ? [] : commandsOf(command, last);
  const top = command.parent === null && rest.length === 0 && 'help'.startsWith(last) ? [HELP] : [];
  if (isHelp) return { candidates: commands, paths: 'none' };
  const wanted = wantedOfOperand(command, operands.length);
  const { candidates, paths } = await offered(wanted, last, rest, names);
  const all = [...commands, ...top, ...candidates];
  const isUnknown = operands.length > 0 && command.commands.length > 0;
  const nothing = all.length === 0 && paths === 'none' && last === '' && !isUnknown;
  return { candidates: nothing ? optionsOf(command, rest, last) : all, paths };
}

const HELP: Candidate = { value: 'help', note: 'show help for a command' };

async function offered(wanted: Wanted, last: string, words: readonly string[], names: Names): Promise<Completion> {
  const known = await Promise.all(wanted.kinds.map((kind) => names(kind, words)));
  const all = [...wanted.words.map((value) => ({ value, note: '' })), ...known.flat()];
  return { candidates: beginning(all, last), paths: wanted.paths };
}

function commandsOf(command: Command, last: string): readonly Candidate[] {
  const helper = command.createHelp();
  const describe =
    command.configureHelp().subcommandDescription ?? ((one: Command) => helper.subcommandDescription(one));
  return beginning(
    subcommands(command).map((one) => ({ value: one.name(), note: describe(one) })),
    last,
  );
}

/** The options of a command and of those above it, without those that are there already and may come but once. */
function optionsOf(command: Command, words: readonly string[], last: string): readonly Candidate[] {
  const own = command.options.filter(({ hidden }) => !hidden);
  const above = command.parent === null ? [] : [...command.parent.options.filter(({ long }) => long !== '--version')];
  const free = [...own, ...above].filter(
    ({ long, short, parseArg }) =>
      parseArg?.name === 'collect' || !words.some((word) => word === long || word === short),
  );
  const all = free.map(({ long, short, description }) => ({ value: long ?? short ?? '', note: description }));
  return beginning([...all, { value: '--help', note: 'show help' }], last);
}

function beginning(all: readonly Candidate[], last: string): readonly Candidate[] {
  const seen = new Set<string>();
  return all.filter(({ value }) => {
    if (!value.startsWith(last) || !PLAIN.test(value) || seen.has(value)) return false;
    seen.add(value);
    return true;
  });
}

import type { Command, Option } from 'commander';

/** Where the words of a command line lead to. */
export interface Place {
  readonly command: Command;
  /** Words that are neither a command nor of an option. */
  readonly operands: readonly string[];
  /** An option whose value would be the next word. */
  readonly open: Option | undefined;
}

/** Follows words from the program down; each word that is unknown counts as an operand or is passed over. Pure. */
export function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let open: Option | undefined;
  const operands: string[] = [];
  for (const word of words) {
    if (open !== undefined) {
      open = undefined;
    } else if (word.startsWith('-') && word !== '-') {
      const option = optionOf(command, word);
      if (option?.required) open = option;
    } else {
      const below = operands.length === 0 ? subcommand(command, word) : undefined;
      if (below === undefined) operands.push(word);
      else command = below;
    }
  }
  return { command, operands, open };
}

/** The option that a word names, of the command or of one above it. Pure. */
function optionOf(command: Command, word: string): Option | undefined {
  const own = command.options.find((option) => option.short === word || option.long === word);
  return own ?? (command.parent === null ? undefined : optionOf(command.parent, word));
}

/** The commands right below one that are not hidden. Pure. */
export function subcommands(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function subcommand(command: Command, word: string): Command | undefined {
  return command.commands.find((one) => one.name() === word || one.aliases().includes(word));
}

/** `agentbox net allow`: how a command is called. Pure. */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

import { type Command, Help, type HelpConfiguration } from 'commander';
import { suggestion } from '../config/names.ts';
import { UsageError } from '../errors.ts';
import { overview } from './overview.ts';
import { pathOf, subcommands } from './place.ts';

/** How help is laid out: one screen for the program, and no line in a command that says only how to get help. */
export const helpLayout: HelpConfiguration = {
  formatHelp: (command, helper) =>
    command.parent === null
      ? overview(subcommands(command).map((one) => one.name()))
      : Help.prototype.formatHelp.call(helper, command, helper),
  subcommandDescription: (command) => command.summary() || inList(command.description()),
  visibleOptions: (command) => command.options.filter((option) => !option.hidden),
  visibleCommands: (command) => command.commands.filter((one) => !isHidden(one) && one.name() !== 'help'),
};

/** The words of `agentbox help net allow` as those of `agentbox net allow --help`; any others as they are. Pure. */
export function helpWords(words: readonly string[]): readonly string[] {
  const [first, ...more] = words;
  return first === 'help' ? [...more, '--help'] : words;
}

/**
 * Throws UsageError with the nearest name for a command that is not there. Commander would show the help of what is above it
 * in its place when `--help` is among the words.
 */
export function checkCommand(place: { readonly command: Command; readonly operands: readonly string[] }): void {
  const { command, operands } = place;
  const [word] = operands;
  if (word === undefined || command.commands.length === 0 || command.registeredArguments.length > 0) return;
  const path = pathOf(command);
  throw new UsageError(`${path} has no command ${word}`, [
    suggestion(
      word,
      subcommands(command).map((one) => one.name()),
    ),
    `${path} --help`,
  ]);
}

/** The first sentence of a description, as the others of a list are written. */
function inList(description: string): string {
  const [sentence = ''] = description.split(/[.;](?: |$)/);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** Commander keeps it to itself whether a command is hidden. */
function isHidden(command: Command): boolean {
  return (command as unknown as { readonly _hidden?: boolean })._hidden === true;
}

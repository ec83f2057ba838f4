import type { Profile } from '../config/profile.ts';
import { PRESETS } from '../network/policy/presets.ts';
import { plain } from '../ui/plain.ts';
import type { Asking } from './ask.ts';
import { type Tools, toolsInWords } from './languages.ts';
import type { Choice } from './questions.ts';

const NO_TOOLS: Tools = { toolchains: {}, packages: [] };

/**
 * What boxes may reach besides the model. What the files of a project speak for is marked, and counts once a person has agreed: without
 * one, nothing but what was given does.
 */
export async function askNetwork({ found, given, questions }: Asking, before: Profile): Promise<readonly string[]> {
  if (given.allow !== undefined || questions === undefined) return given.allow ?? [];
  if (before.network !== 'gateway') return [];
  const { languages, forges } = found.project;
  const allowed = before.allow.map(({ text }) => text.trim());
  const reasons = new Map([
    ...forges.map((name) => [name, 'the repository is there'] as const),
    ...languages.flatMap(({ allow, because }) => allow.map((rule) => [rule, plain(because)] as const)),
  ]);
  const rules = [...reasons.keys(), ...PRESETS.map(({ name }) => name)].filter((rule) => !allowed.includes(rule));
  const choices = [...new Set(rules)].map(
    (value): Choice<string> => ({ value, label: value, hint: reasons.get(value) }),
  );
  if (choices.length === 0) return [];
  return questions.several({
    message: 'What may boxes reach besides their model?',
    choices,
    initial: choices.flatMap(({ value }) => (reasons.has(value) ? [value] : [])),
    needed: false,
  });
}

/** What goes into the image for the project's languages; nothing where nobody is asked. */
export async function askTools({ found, questions }: Asking, before: Profile): Promise<Tools> {
  const missing = found.project.languages.flatMap(({ title, tools }) => {
    const left = tools && without(tools, before);
    return left === undefined ? [] : [{ title, tools: left }];
  });
  if (
    questions === undefined ||
    missing.length === 0 ||
    before.image !== undefined ||
    before.dockerfile !== undefined
  ) {
    return NO_TOOLS;
  }
  const choices = missing.map(({ title, tools }, index) => ({
    value: `${index}`,
    label: title,
    hint: toolsInWords(tools),
  }));
  const chosen = await questions.several({
    message: 'Put into the image? (its build takes longer)',
    choices,
    initial: choices.map(({ value }) => value),
    needed: false,
  });
  const tools = chosen.flatMap((index) => missing[Number(index)]?.tools ?? []);
  return {
    toolchains: Object.assign({}, ...tools.map(({ toolchains }) => toolchains)),
    packages: [...new Set(tools.flatMap(({ packages }) => packages))],
  };
}

function without({ toolchains, packages }: Tools, before: Profile): Tools | undefined {
  const left: Tools = {
    toolchains: Object.fromEntries(Object.entries(toolchains).filter(([name]) => !(name in before.toolchains))),
    packages: packages.filter((name) => !before.packages.includes(name)),
  };
  return Object.keys(left.toolchains).length + left.packages.length === 0 ? undefined : left;
}

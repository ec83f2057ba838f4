import { UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import { mistakesText, type Problem } from '../problem.ts';
import { readYaml } from '../readYaml.ts';
import { type Settings, settingsOf } from '../settings.ts';
import { FORBIDDEN } from './forbidden.ts';
import { PROJECT_FILE, type ProjectFile, REMEDY } from './read.ts';
import { projectJsonSchema, projectSchema } from './schema.ts';

/** More mistakes are counted, not told. */
const MOST_TOLD = 20;
/** Characters of a mistake, whose words may be the file's. */
const LONGEST = 200;

/** What a project file says. Throws UserError('project') with every mistake in it. Pure. */
export function parseProjectFile({ path, text }: Pick<ProjectFile, 'path' | 'text'>): Settings {
  const refused = (problems: readonly Problem[]) => {
    const told = problems.slice(0, MOST_TOLD).map((problem) => {
      const reason = FORBIDDEN.get(problem.path);
      const message = reason === undefined ? problem.message : `is not for a project to say, as ${reason}`;
      return { ...problem, path: short(problem.path), message: short(message) };
    });
    return new UserError('project', mistakesText(`the project's ${PROJECT_FILE}`, plain(path), told, problems.length), {
      why: 'it may be there to tighten the box, so it is not passed over',
      next: REMEDY,
    });
  };
  const { data } = readYaml(text, { schema: projectSchema, jsonSchema: projectJsonSchema, refused });
  const from = PROJECT_FILE;
  const settings = settingsOf(data, (path) => path);
  return {
    ...settings,
    ...(settings.allow && { allow: settings.allow.map(({ text }) => ({ text, from })) }),
    ...(settings.deny && { deny: settings.deny.map(({ text }) => ({ text, from })) }),
  };
}

function short(text: string): string {
  const shown = plain(text);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

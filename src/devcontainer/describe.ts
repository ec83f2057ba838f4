import type { Agreement } from '../state/agreements.ts';
import { plain } from '../ui/plain.ts';
import type { ProjectDevcontainer } from './load.ts';

/** All that a user agrees to, in full. Pure. */
export function describe(found: ProjectDevcontainer, project: string, before: Agreement | undefined): string {
  const { image, files, containerEnv, remoteEnv, file } = found;
  const head =
    before === undefined
      ? `${file} of ${project} asks for this:`
      : `${file} of ${project} is not what you agreed to on ${before.agreed.slice(0, 10)}. It asks for this:`;
  const lines =
    'image' in image
      ? [`image    ${image.image}`]
      : [
          `build    context ${image.build.context}${image.build.target === undefined ? '' : `, stage ${image.build.target}`}`,
          ...Object.entries(files).map(([path, sha256]) => `         ${path}, SHA-256 ${sha256}`),
          ...assignments('argument', image.build.args),
        ];
  const more = [...assignments('variable', containerEnv), ...assignments('variable', remoteEnv)];
  return [head, ...lines, ...more, ...ignoredLine(found)].map((line) => plain(line)).join('\n  ');
}

/** One line that names what of the file has no effect; none when all of it has. Pure. */
export function ignoredLine({ file, ignored }: Pick<ProjectDevcontainer, 'file' | 'ignored'>): readonly string[] {
  return ignored.length === 0 ? [] : [plain(`of ${file} these have no effect: ${ignored.join(', ')}`)];
}

function assignments(kind: string, variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${kind.padEnd(8)} ${name}=${value}`);
}

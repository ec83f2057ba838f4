import type { Agreement } from '../../state/agreements.ts';
import { plain } from '../../ui/plain.ts';
import type { Applied } from './apply.ts';
import type { ProjectFile } from './read.ts';

/** What is shown of a project file before a user trusts it. */
export interface Described extends Pick<Applied, 'counts' | 'ignored' | 'impossible'> {
  readonly file: ProjectFile;
  readonly client: string;
  readonly before: Agreement | undefined;
}

/** The file in full, what it does without trust and what trust adds. What could move the cursor is written as its code. Pure. */
export function describeProjectFile({ file, client, before, counts, ignored, impossible }: Described): string {
  const changed = before !== undefined && before.sha256 !== file.sha256;
  const since = changed ? `, which is not what you trusted on ${before.agreed.slice(0, 10)},` : '';
  const text = file.text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const lines = text.replace(/\n$/, '').split('\n');
  return [
    `${plain(file.path)}${since} says:`,
    ...lines.map((line) => `  | ${plain(line)}`),
    ...part('counts without trust:', counts),
    ...part('has no effect for this client:', impossible),
    ...(ignored.length === 0
      ? [`there is nothing in it that client ${client} would have to trust`]
      : part(`counts only when client ${client} trusts it:`, ignored)),
  ].join('\n');
}

function part(head: string, things: readonly string[]): readonly string[] {
  return things.length === 0 ? [] : [head, ...things.map((thing) => `  ${plain(thing)}`)];
}

import { UsageError } from '../errors.ts';
import { shown } from '../network/policy/parse.ts';
import { type Forward, forwardsProblem, readForward } from '../network/ports/forward.ts';
import { type Publish, readPublish } from '../network/ports/publish.ts';

/** What `--publish` and `--forward` say. Throws UsageError for a text that is neither. */
export function portFlags(flags: {
  readonly publish?: readonly string[] | undefined;
  readonly forward?: readonly string[] | undefined;
}): { readonly ports: readonly Publish[] | undefined; readonly forward: readonly Forward[] | undefined } {
  const ports = flags.publish?.map((text) => {
    const read = readPublish(text);
    if (typeof read !== 'string') return read;
    throw new UsageError(`--publish ${shown(text)}: ${read}`, ['-p 3000', '-p 8080:3000', '-p 0:3000 (a free port)']);
  });
  const forward = flags.forward?.map((text) => {
    const read = readForward(text, '--forward');
    if (typeof read !== 'string') return read;
    throw new UsageError(`--forward ${shown(text)}: ${read}`, ['--forward 5432:db.corp:5432']);
  });
  const problem = forwardsProblem(forward ?? []);
  if (problem !== undefined) throw new UsageError(`--forward ${problem}`);
  return { ports, forward };
}

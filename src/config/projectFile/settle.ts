import type { Agreement } from '../../state/agreements.ts';
import { plain } from '../../ui/plain.ts';
import type { MergedProfile } from '../merge.ts';
import type { Paths } from '../paths.ts';
import { hasProjectFile, PROJECT_FILE, readProjectFile } from './read.ts';

/** Whose settings, and of which project. */
export interface SettleRequest {
  readonly paths: Paths;
  readonly merged: MergedProfile;
  /** Real path. */
  readonly project: string;
  readonly knownAgents: readonly string[];
  /** Go without the file. */
  readonly ignore: boolean;
}

/** The settings of a run with those of its project file. */
export interface Settled {
  readonly merged: MergedProfile;
  /** Variables of a trusted file; every other variable of the same name wins. */
  readonly env: Readonly<Record<string, string>>;
  /** One line for each thing the user must know of it. */
  readonly notices: readonly string[];
  /** Undefined where there is none. */
  readonly seen: SeenProjectFile | undefined;
}

/** What there is to tell of a project file. */
interface SeenProjectFile {
  readonly path: string;
  readonly sha256: string;
  readonly trusted: boolean;
  readonly counts: readonly string[];
  readonly ignored: readonly string[];
}

/**
 * The settings with what the project's file says of them: what tightens always, what widens when the client's user has
 * trusted this very content. Throws UserError for a file that cannot be used.
 */
export async function withProjectFile(request: SettleRequest): Promise<Settled> {
  const { paths, merged, project, knownAgents } = request;
  const untouched: Settled = { merged, env: {}, notices: [], seen: undefined };
  if (request.ignore) {
    const notices = [`${PROJECT_FILE} of the project has no effect (--no-project-file)`];
    return (await hasProjectFile(project)) ? { ...untouched, notices } : untouched;
  }
  const file = await readProjectFile(project);
  if (file === undefined) return untouched;
  const { client } = merged.profile;
  const [{ applyProjectFile }, { parseProjectFile }, { readAgreements }] = await Promise.all([
    import('./apply.ts'),
    import('./parse.ts'),
    import('../../state/agreements.ts'),
  ]);
  const before = (await readAgreements(paths, client, 'projectFile'))[project];
  const trusted = before?.sha256 === file.sha256;
  const applied = applyProjectFile(merged, parseProjectFile(file), trusted, knownAgents);
  const { counts, ignored } = applied;
  const trust = `agentbox trust --client ${client} ${plain(project)}`;
  return {
    merged: applied.merged,
    env: applied.env,
    notices: [
      ...line('by', counts, ''),
      ...line('a flag wins over', applied.overruled, ''),
      ...line('no effect has of', applied.impossible, ''),
      ...line(untrustedWords(before), ignored, `; to read and trust it: ${trust}`),
    ],
    seen: { path: file.path, sha256: file.sha256, trusted, counts, ignored },
  };
}

function untrustedWords(before: Agreement | undefined): string {
  return before === undefined
    ? 'not trusted, so without effect, of'
    : `changed since you trusted it on ${before.agreed.slice(0, 10)}, so without effect, of`;
}

/** Characters of a list in one line. */
const LONGEST = 200;

function line(head: string, things: readonly string[], end: string): readonly string[] {
  if (things.length === 0) return [];
  const list = plain(things.join('; '));
  return [`${head} ${PROJECT_FILE}: ${list.length > LONGEST ? `${list.slice(0, LONGEST)}…` : list}${end}`];
}

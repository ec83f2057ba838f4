import type { RunFlags } from '../config/flags.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { UserImage } from '../image/userImage.ts';
import { readAgreements } from '../state/agreements.ts';
import { agreedDevcontainer } from './consent.ts';
import { ignoredLine } from './describe.ts';
import { loadDevcontainer, type ProjectDevcontainer } from './load.ts';

/** What decides whether a project's devcontainer.json counts. */
export interface DevcontainerRequest {
  readonly profile: Pick<Profile, 'client' | 'devcontainer'>;
  readonly flags: Pick<RunFlags, 'image' | 'devcontainer'>;
  /** Real path. */
  readonly project: string;
  /** The user has agreed on the command line. */
  readonly yes: boolean;
}

/**
 * The devcontainer.json to work by: none unless the user's own settings or flags say so, or when `--image` names another
 * image. Throws as agreedDevcontainer does.
 */
export async function chosenDevcontainer(
  context: Context,
  { profile, flags, project, yes }: DevcontainerRequest,
): Promise<ProjectDevcontainer | undefined> {
  if (!profile.devcontainer || flags.image !== undefined) return undefined;
  return agreedDevcontainer(context, { client: profile.client, project, asked: flags.devcontainer === true, yes });
}

/** The image that would be worked in, for those who only look: nobody is asked, and what is not agreed to is said. */
export async function seenDevcontainer(
  { paths }: Context,
  { profile, flags, project }: Omit<DevcontainerRequest, 'yes'>,
): Promise<{ readonly image: UserImage; readonly notices: readonly string[] } | undefined> {
  const found = flags.image === undefined ? await loadDevcontainer(project) : undefined;
  if (found === undefined) return undefined;
  const agreed = (await readAgreements(paths, profile.client, 'devcontainer'))[project]?.sha256 === found.sha256;
  const notices = agreed ? [] : [`${found.file} is not agreed to; a run asks first`];
  return { image: found.image, notices: [...notices, ...ignoredLine(found)] };
}

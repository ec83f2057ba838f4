import { AGENT_NAMES } from '../../agents/index.ts';
import { UserError } from '../../errors.ts';
import { readAgreements } from '../../state/agreements.ts';
import type { MergedProfile } from '../merge.ts';
import type { Paths } from '../paths.ts';
import type { Profile } from '../profile.ts';
import { applyProjectFile } from './apply.ts';
import { parseProjectFile } from './parse.ts';
import { readProjectFile } from './read.ts';

/** The settings of a client on each project whose file it trusts, as far as those files are still the same. */
export async function trustedProfiles(
  paths: Paths,
  client: string,
  merged: MergedProfile,
): Promise<readonly Profile[]> {
  const agreements = Object.entries(await readAgreements(paths, client, 'projectFile'));
  const profiles = agreements.map(async ([project, { sha256 }]) => {
    try {
      const file = await readProjectFile(project);
      if (file?.sha256 !== sha256) return [];
      return [applyProjectFile(merged, parseProjectFile(file), true, AGENT_NAMES).merged.profile];
    } catch (error) {
      // A project that is not as it should be any more has no use for an image.
      if (error instanceof UserError) return [];
      throw error;
    }
  });
  return (await Promise.all(profiles)).flat();
}

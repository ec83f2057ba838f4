import type { Paths } from '../config/paths.ts';
import { UserError } from '../errors.ts';
import type { UserImage } from '../image/userImage.ts';
import { readAgreements } from '../state/agreements.ts';

/** The images of the projects whose devcontainer.json a client's user has agreed to, as far as those are still the same. */
export async function agreedImages(paths: Paths, client: string): Promise<readonly UserImage[]> {
  const agreements = Object.entries(await readAgreements(paths, client, 'devcontainer'));
  if (agreements.length === 0) return [];
  const { loadDevcontainer } = await import('./load.ts');
  const images = agreements.map(async ([project, { sha256 }]) => {
    // A project that is gone, or not as it should be any more, has no use for an image.
    const found = await loadDevcontainer(project).catch((error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    });
    return found?.sha256 === sha256 ? [found.image] : [];
  });
  return (await Promise.all(images)).flat();
}

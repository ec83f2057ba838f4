import type { ImageInfo, ListedImage } from '../engine.ts';
import { LABEL } from '../engine.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { statusOf } from './errors.ts';
import { envOf } from './readBack.ts';

/** What is read of the engine's answer to GET /images/NAME/json. */
interface Inspected {
  readonly Id: string;
  readonly Size: number;
  readonly Config?: {
    readonly Env?: readonly string[] | null;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly Volumes?: Readonly<Record<string, unknown>> | null;
  } | null;
  readonly Architecture?: string;
}

/** See Engine.image. */
export async function findImage(client: DockerClient, ref: string): Promise<ImageInfo | undefined> {
  try {
    const image = (await client.get('looking for an image', `/images/${encodeURIComponent(ref)}/json`)) as Inspected;
    const { Env, Labels, Volumes } = image.Config ?? {};
    const known = { id: image.Id, env: envOf(Env), labels: Labels ?? {}, size: image.Size };
    return { ...known, architecture: image.Architecture, volumes: Object.keys(Volumes ?? {}) };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** See Engine.images; an image that has lost its tag to a newer one is told by its id. */
export async function listImages(client: DockerClient): Promise<readonly ListedImage[]> {
  const options = { filters: { label: [`${LABEL}.image`] } };
  const images = await client.call('listing images', (docker, abortSignal) =>
    docker.listImages({ ...options, abortSignal }),
  );
  return [...images]
    .sort((a, b) => b.Created - a.Created)
    .flatMap(({ Id: id, RepoTags, Created, Size: size, Labels }) => {
      const tags = (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>');
      const created = new Date(Created * 1000).toISOString();
      return (tags.length === 0 ? [id] : tags).map((tag) => ({ tag, id, created, size, labels: Labels ?? {} }));
    });
}

/** See Engine.removeImage; one that is not there is fine. */
export async function removeImage(client: DockerClient, ref: string): Promise<void> {
  try {
    await client.call(
      'removing an image',
      (docker, abortSignal) => docker.getImage(ref).remove({ abortSignal }),
      SLOW_LIMIT,
    );
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

import type { BoxInfo, ListedImage } from '../engine/engine.ts';
import { isOurs, titleOf } from './ours.ts';

/** An image that settings ask for. */
export interface WantedImage {
  readonly title: string;
  readonly clients: readonly string[];
  /** The agent that runs in it by the settings alone; undefined for one that others are built on. */
  readonly agent?: string | undefined;
}

/** One tag of ours on the engine, or one image of ours that lost its tag. */
export interface BuiltImage extends ListedImage {
  /** What it is, in words: `claude 2.1.329`. */
  readonly title: string;
  /** The clients whose settings lead to it. */
  readonly clients: readonly string[];
  /** The names of the boxes that run on it, ended ones that are still there included. */
  readonly boxes: readonly string[];
}

/** The images of ours among those on the engine, with who uses each. What a user built on them is not among them. Pure. */
export function builtImages(
  images: readonly ListedImage[],
  boxes: readonly Pick<BoxInfo, 'name' | 'image'>[],
  wanted: ReadonlyMap<string, WantedImage>,
): readonly BuiltImage[] {
  return images.filter(isOurs).map((image) => {
    const want = wanted.get(image.tag);
    return {
      ...image,
      title: want?.title ?? titleOf(image),
      clients: want?.clients ?? [],
      boxes: boxes.filter((box) => box.image === image.id).map(({ name }) => name),
    };
  });
}

/** True for an image that no settings lead to and no box runs on. Pure. */
export function isUseless({ clients, boxes }: Pick<BuiltImage, 'clients' | 'boxes'>): boolean {
  return clients.length === 0 && boxes.length === 0;
}

import { LABEL, type ListedImage } from '../engine/engine.ts';
import type { ImageSpec } from '../plan/spec.ts';

/** Tells our images from what others build on them, since those inherit the labels: empty on ours, `yes` on theirs. */
const DERIVED = `${LABEL}.derived`;

/** The last line of our Dockerfiles: a build on the image gets this label, unless it is ours, which sets it itself. */
export const MARK_DERIVED = `ONBUILD LABEL ${DERIVED}=yes`;

/** The labels of an image that agentbox builds. */
export function labelsOf({ folder, tag, title }: Pick<ImageSpec, 'folder' | 'tag' | 'title'>): Record<string, string> {
  return {
    [`${LABEL}.image`]: folder,
    [`${LABEL}.key`]: tag.slice(tag.indexOf(':') + 1),
    // A path of this machine is nothing for an image, which may be pushed.
    [`${LABEL}.title`]: title.includes('/') ? folder : title,
    [DERIVED]: '',
  };
}

/** What an image is, in words, by its labels. */
export function titleOf({ labels }: Pick<ListedImage, 'labels'>): string {
  return labels[`${LABEL}.title`] ?? labels[`${LABEL}.image`] ?? '';
}

/** True for an image without a tag. */
export function isUntagged({ tag, id }: Pick<ListedImage, 'tag' | 'id'>): boolean {
  return tag === id;
}

/**
 * True for an image that agentbox built itself. Labels are handed down to whatever is built on an image, so they alone
 * prove nothing: a tag of ours says the same as the labels, and an image that lost its tag must deny that it is derived.
 */
export function isOurs(image: Pick<ListedImage, 'tag' | 'id' | 'labels'>): boolean {
  const { labels, tag } = image;
  if (labels[DERIVED] === 'yes') return false;
  if (isUntagged(image)) return labels[DERIVED] === '';
  return tag === `agentbox/${labels[`${LABEL}.image`]}:${labels[`${LABEL}.key`]}`;
}

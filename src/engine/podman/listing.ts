import type { BoxInfo, ImageInfo } from '../engine.ts';
import { variables } from './readBack.ts';

/** One row of `podman ps --format json`. */
export interface ListedBox {
  readonly Id: string;
  readonly Names?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly State?: string;
  readonly ExitCode?: number;
  /** Seconds since 1970. */
  readonly Created?: number;
}

/** One row of `podman images --format json`; an image with several names has several equal rows. */
export interface ListedImage {
  readonly Id: string;
  readonly Names?: readonly string[] | null;
  readonly Size?: number;
  readonly Created?: number;
}

/** What is read of `podman image inspect`. */
export interface InspectedImage {
  readonly Id: string;
  readonly Size?: number;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Config?: { readonly Env?: readonly string[] | null };
}

type Images = readonly { readonly tag: string; readonly id: string; readonly created: string; readonly size: number }[];

const STATES: Readonly<Record<string, BoxInfo['state']>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  stopping: 'running',
  paused: 'paused',
};

/** The boxes that have every one of these labels. Podman's own filter would take a comma in a value for a second one. Pure. */
export function boxList(boxes: readonly ListedBox[], labels: Readonly<Record<string, string>>): readonly BoxInfo[] {
  const wanted = Object.entries(labels);
  return boxes.map(boxInfo).filter((box) => wanted.every(([name, value]) => box.labels[name] === value));
}

function boxInfo(box: ListedBox): BoxInfo {
  const state = STATES[box.State ?? ''] ?? 'exited';
  return {
    id: box.Id,
    name: box.Names?.[0] ?? box.Id,
    labels: box.Labels ?? {},
    state,
    exitCode: state === 'exited' ? box.ExitCode : undefined,
    created: isoOf(box.Created),
  };
}

/** An image as the rest of agentbox sees it. Pure. */
export function imageInfo(image: InspectedImage): ImageInfo {
  return {
    id: image.Id,
    env: variables(image.Config?.Env ?? []),
    labels: image.Labels ?? {},
    size: image.Size ?? 0,
  };
}

/** Every tag once, newest first, without the registry that podman puts before its own. Pure. */
export function imageList(images: readonly ListedImage[]): Images {
  const rows = images.flatMap((image) =>
    (image.Names ?? []).map((name): [string, Images[number]] => {
      const tag = name.replace(/^localhost\//, '');
      return [tag, { tag, id: image.Id, created: isoOf(image.Created), size: image.Size ?? 0 }];
    }),
  );
  return [...new Map(rows).values()].sort((a, b) => b.created.localeCompare(a.created));
}

function isoOf(seconds: number | undefined): string {
  return new Date((seconds ?? 0) * 1000).toISOString();
}

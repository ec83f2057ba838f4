import type { BoxInfo, ImageInfo, ListedImage } from '../engine.ts';
import { hasLabels } from '../kinds.ts';
import { variables } from './readBack.ts';

/** One row of `podman ps --format json`. */
export interface ListedBox {
  readonly Id: string;
  readonly Names?: readonly string[];
  readonly ImageID?: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly State?: string;
  readonly ExitCode?: number;
  /** Seconds since 1970. */
  readonly Created?: number;
}

/** One row of `podman images --format json`; an image with several names has several equal rows. */
export interface ImageRow {
  readonly Id: string;
  readonly Names?: readonly string[] | null;
  readonly Size?: number;
  readonly Created?: number;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** What is read of `podman image inspect`. */
export interface InspectedImage {
  readonly Id: string;
  readonly Size?: number;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly Config?: {
    readonly Env?: readonly string[] | null;
    readonly Volumes?: Readonly<Record<string, unknown>> | null;
  };
  readonly Architecture?: string;
}

const STATES: Readonly<Record<string, BoxInfo['state']>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  stopping: 'running',
  paused: 'paused',
};

/** See Engine.boxes: those that have every one of these labels. Podman's own filter would take a comma in a value for a second one. Pure. */
export function boxList(boxes: readonly ListedBox[], labels: Readonly<Record<string, string>>): readonly BoxInfo[] {
  return boxes.map(boxInfo).filter((box) => hasLabels(box, labels));
}

function boxInfo(box: ListedBox): BoxInfo {
  const state = STATES[box.State ?? ''] ?? 'exited';
  return {
    id: box.Id,
    name: box.Names?.[0] ?? box.Id,
    image: box.ImageID ?? '',
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
    architecture: image.Architecture,
    volumes: Object.keys(image.Config?.Volumes ?? {}),
  };
}

/** Every tag once, newest first, without the registry that podman puts before its own; an image without one by its id. Pure. */
export function imageList(images: readonly ImageRow[]): readonly ListedImage[] {
  const rows = images.flatMap(({ Id: id, Names, Created, Size, Labels }) => {
    const known = { id, created: isoOf(Created), size: Size ?? 0, labels: Labels ?? {} };
    const names = (Names ?? []).map((name) => name.replace(/^localhost\//, ''));
    return (names.length === 0 ? [id] : names).map((tag): [string, ListedImage] => [tag, { tag, ...known }]);
  });
  return [...new Map(rows).values()].sort((a, b) => b.created.localeCompare(a.created));
}

function isoOf(seconds: number | undefined): string {
  return new Date((seconds ?? 0) * 1000).toISOString();
}

import { podmanCreateArgs } from '../plan/commandLine.ts';
import type { Engine } from './engine.ts';
import { LABEL } from './engine.ts';
import { failed, type Podman, type PodmanOptions, podmanCommand } from './podman/command.ts';
import { boxList, type ImageRow, type InspectedImage, imageInfo, imageList, type ListedBox } from './podman/listing.ts';
import type { Known } from './podman/rememberedFacts.ts';
import { attach, discardBox, execute, pauseBox, removeBox, resizeBox, unpauseBox } from './podman/running.ts';

/** Milliseconds that a box gets on top of its own time to stop. */
const GRACE = 30_000;

/** The engine behind the podman command. Nothing is started before the first call. */
export function podmanEngine(options: PodmanOptions): Engine {
  const podman = podmanCommand(options);
  let asked: Promise<Known> | undefined;
  const known = () => {
    asked ??= import('./podman/rememberedFacts.ts').then(({ knownOf }) => knownOf(podman));
    return asked;
  };
  return {
    kind: 'podman',
    facts: async () => (await known()).facts,
    image: async (ref) => {
      const { rememberedImage } = await import('./podman/rememberedImage.ts');
      const imageList = (await known()).storage?.imageList;
      return rememberedImage(ref, { dir: options.cacheDir, imageList }, () => findImage(podman, ref));
    },
    build: async (request) => (await import('./podman/build.ts')).build(podman, request),
    pull: async (ref, onProgress) => (await import('./podman/build.ts')).pull(podman, ref, onProgress),
    images: async () =>
      imageList(await podman.json<readonly ImageRow[]>(['images', '--format=json', `--filter=label=${LABEL}.image`])),
    removeImage: (ref) => removeImage(podman, ref),
    makeVolume: async (name, labels) => (await import('./podman/volumes.ts')).makeVolume(podman, name, labels),
    volumes: async (labels) => (await import('./podman/volumes.ts')).listVolumes(podman, labels),
    removeVolume: async (name) => (await import('./podman/volumes.ts')).removeVolume(podman, name),
    launch: async (request) =>
      (await import('./podman/launch.ts')).launch(podman, request, (await known()).storage?.boxes),
    create: async (spec) => (await podman.run(podmanCreateArgs(spec))).trim(),
    boxes: async (labels) =>
      boxList(
        await podman.json<readonly ListedBox[]>(['ps', '--all', '--format=json', `--filter=label=${LABEL}`]),
        labels,
      ),
    inspect: async (id) => (await import('./podman/inspect.ts')).inspectBox(podman, id),
    attach: async (id, streams, detachKeys) => attach(podman, id, streams, detachKeys),
    resize: (id, size) => resizeBox(podman, id, size),
    memory: async (ids) => (await import('./podman/memory.ts')).memoryOf(podman, ids),
    exec: (id, argv, more) => execute(podman, id, argv, more),
    logs: async (id, { out, follow }) => (await import('./podman/logs.ts')).logs(podman, id, out, follow),
    async signal(id, signal) {
      await podman.run(['kill', `--signal=${signal}`, id]);
    },
    pause: (id) => pauseBox(podman, id),
    unpause: (id) => unpauseBox(podman, id),
    async stop(id, seconds) {
      await podman.run(['stop', `--time=${seconds}`, id], { timeout: seconds * 1000 + GRACE });
    },
    remove: (id) => removeBox(podman, id),
    discard: (id) => discardBox(podman, id),
  };
}

async function findImage(podman: Podman, ref: string) {
  const result = await podman.try(['image', 'inspect', ref]);
  if (result.code === 0) return imageInfo((JSON.parse(result.stdout) as [InspectedImage])[0]);
  if (/image not known|no such image/.test(result.stderr)) return undefined;
  throw failed(result.stderr);
}

async function removeImage(podman: Podman, ref: string): Promise<void> {
  const result = await podman.try(['rmi', ref]);
  if (result.code === 0 || /image not known|no such image/.test(result.stderr)) return;
  throw failed(result.stderr);
}

import { type Execute, execute } from '../execute.ts';
import { attach } from './docker/attach.ts';
import { listBoxes, pauseBox, removeBox, signalBox, stopBox, unpauseBox } from './docker/boxes.ts';
import { buildImage } from './docker/build.ts';
import { dockerClient } from './docker/client.ts';
import { createBox } from './docker/create.ts';
import { execInBox } from './docker/exec.ts';
import { type DockerInfo, factsOf, seccompDefault } from './docker/facts.ts';
import { findImage, listImages, removeImage } from './docker/images.ts';
import { inspectBox } from './docker/inspect.ts';
import { launch } from './docker/launch.ts';
import { writeLogs } from './docker/logs.ts';
import { memoryOf } from './docker/memory.ts';
import { pullImage } from './docker/pull.ts';
import { boxResizer } from './docker/resize.ts';
import { listVolumes, makeVolume, removeVolume } from './docker/volumes.ts';
import type { Engine } from './engine.ts';

/** Where a Docker engine is. */
export interface DockerOptions {
  readonly socketPath: string;
  /** How people are told of it. */
  readonly endpoint: string;
  /** The directory of Docker's own configuration, for its logins to registries (`~/.docker`). */
  readonly configDir: string;
  readonly execute?: Execute;
}

/** The Docker engine behind a Unix socket. Nothing is loaded or asked before the first call. */
export function dockerEngine(options: DockerOptions): Engine {
  const client = dockerClient(options.socketPath);
  const info = once(async () => (await client.get('asking Docker about itself', '/info')) as DockerInfo);
  const facts = once(async () => factsOf(await info(), options.endpoint));
  const backFacts = once(async () => ({ seccomp: seccompDefault(await info()), desktop: (await facts()).desktop }));
  return {
    kind: 'docker',
    facts,
    image: (ref) => findImage(client, ref),
    build: (build) => buildImage(client, build),
    pull: (ref, onProgress) =>
      pullImage(client, ref, onProgress, { configDir: options.configDir, execute: options.execute ?? execute }),
    images: () => listImages(client),
    removeImage: (ref) => removeImage(client, ref),
    makeVolume: (name, labels) => makeVolume(client, name, labels),
    volumes: (labels) => listVolumes(client, labels),
    removeVolume: (name) => removeVolume(client, name),
    launch: (request) => launch(client, backFacts, request),
    create: (spec) => createBox(client, spec, undefined),
    boxes: (labels) => listBoxes(client, labels),
    inspect: (id) => inspectBox(client, id, backFacts),
    attach: (id, streams, detachKeys) => attach(client, id, streams, detachKeys),
    resize: (id, size) => boxResizer(client, id)(size),
    memory: (ids) => memoryOf(client, ids),
    exec: (id, argv, how) => execInBox(client, id, { argv, ...how }),
    logs: (id, how) => writeLogs(client, id, how),
    signal: (id, signal) => signalBox(client, id, signal),
    pause: (id) => pauseBox(client, id),
    unpause: (id) => unpauseBox(client, id),
    stop: (id, seconds) => stopBox(client, id, seconds),
    remove: (id) => removeBox(client, id),
    discard: (id) => removeBox(client, id),
  };
}

/** Keeps an answer, but not a failure. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

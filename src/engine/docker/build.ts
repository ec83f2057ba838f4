import { UserError } from '../../errors.ts';
import type { Build } from '../engine.ts';
import { storyOf } from './answers.ts';
import { readTrace } from './buildkitTrace.ts';
import { type BuildTracker, buildTracker } from './buildProgress.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { lost } from './errors.ts';
import { jsonLines } from './json.ts';
import { within } from './limit.ts';

/** Milliseconds for a whole build. */
const BUILD_LIMIT = 60 * 60_000;

/** See Engine.build. BuildKit, with the context in the request: no session, so none of dockerode's gRPC. */
export async function buildImage(client: DockerClient, build: Build): Promise<void> {
  const query = new URLSearchParams({
    version: '2',
    t: build.tag,
    buildargs: JSON.stringify(build.args),
    labels: JSON.stringify(build.labels),
    ...(build.noCache ? { nocache: '1' } : {}),
    ...(build.target === undefined ? {} : { target: build.target }),
  });
  const request = { path: `/build?${query}`, tar: build.context };
  const answer = await client.open('starting a build', request, SLOW_LIMIT);
  const tracker = buildTracker(build.onProgress);
  const error = await within(BUILD_LIMIT, followBuild(answer, tracker), () => {
    answer.destroy();
    return new UserError('image', `building ${build.tag} took longer than ${BUILD_LIMIT / 60_000} minutes`, {
      next: ['try again: what was built is kept', 'agentbox doctor'],
    });
  });
  if (error !== undefined) throw buildError(build.tag, error, tracker);
}

/** Reads the answer to its end and gives the engine's error, if there is one. */
async function followBuild(answer: AsyncIterable<Buffer>, tracker: BuildTracker): Promise<string | undefined> {
  let error: string | undefined;
  try {
    for await (const line of jsonLines(answer)) {
      if (line['id'] === 'moby.buildkit.trace' && typeof line['aux'] === 'string') {
        tracker.update(readTrace(Buffer.from(line['aux'], 'base64')));
      }
      if (typeof line['error'] === 'string') error = line['error'];
    }
  } catch (cause) {
    throw lost(cause);
  }
  return error;
}

function buildError(tag: string, error: string, tracker: BuildTracker): UserError {
  const { trouble, what, why, next } = storyOf(error);
  // Only a full disk has a story of its own; all else is the step's.
  if (/no space left/i.test(error)) return new UserError(trouble, what, { why, next });
  const step = tracker.failed();
  const said = (step?.lines ?? []).filter((line) => line.trim() !== '').join('\n');
  return new UserError('image', `building ${tag} failed${step === undefined ? '' : ` at ${step.name}`}`, {
    why: said === '' ? error : said,
    next: ['agentbox build --rebuild, to try without what was built before'],
  });
}

import { LABEL } from '../engine/engine.ts';
import { fromLabels } from '../plan/labels.ts';
import { formatSpan } from '../ui/time.ts';
import type { DoctorFacts } from './facts.ts';
import { type Finding, finding } from './finding.ts';

/** Helpers live for seconds, and a box is started as soon as it is made. */
const STRAY = 10 * 60_000;

/** After this long an image's Debian and agent are worth a look; agents are released every few days. */
const AGED = 30 * 24 * 3_600_000;

/** What is to be said of the images on the engine in use: which version of each agent, how old, what is out of date. Pure. */
export function judgeImages({ images, staleImages, now }: DoctorFacts): readonly Finding[] {
  const ages = new Map(
    images.flatMap(({ title, built }) => (built === undefined ? [] : [[title, Date.parse(now) - Date.parse(built)]])),
  );
  const built = [...ages].map(([title, age]) => `${title} (${formatSpan(age)} old)`);
  const aged = images.filter(({ title, built: is }) => is !== undefined && (ages.get(title) ?? 0) > AGED);
  const missing = images.filter((image) => image.built === undefined);
  const outdated = missing.filter(({ older }) => older !== undefined);
  return [
    ...(built.length === 0 ? [] : [finding('images', 'ok', `built: ${built.join(', ')}`)]),
    ...aged.map((image) =>
      finding('images', 'note', `the image of ${image.title} is ${formatSpan(ages.get(image.title) ?? 0)} old`, {
        why: 'the agent and the packages of Debian in it may have been mended since',
        next: commands(image, 'build --rebuild'),
      }),
    ),
    // An image that never was is built by the first run; one that is out of date surprises with a wait.
    ...outdated.map((image) =>
      finding('images', 'note', `the image of ${image.title} is out of date`, {
        why: `${image.older === image.title ? 'what it is made of has changed' : `what is there is ${image.older}`}, and the next run builds it anew`,
        next: commands(image, 'build'),
      }),
    ),
    ...(built.length === 0 && outdated.length === 0
      ? [
          finding('images', 'note', 'no image is built yet', {
            why: 'the first run builds one',
            next: ['agentbox build'],
          }),
        ]
      : []),
    ...(staleImages === 0
      ? []
      : [
          finding(
            'images',
            'note',
            `${staleImages} ${staleImages === 1 ? 'image is' : 'images are'} of no use any more`,
            {
              why: 'they only take room',
              next: ['agentbox images prune'],
            },
          ),
        ]),
  ];
}

const commands = ({ clients, agent }: DoctorFacts['images'][number], command: string) =>
  clients.map((client) => `agentbox ${command} --client ${client} --agent ${agent}`);

/** What is to be said of boxes that nobody waits for. Pure. */
export function judgeLeftovers({ engines, now }: DoctorFacts): readonly Finding[] {
  const found = engines.flatMap(({ boxes, kind }) =>
    boxes.flatMap((box) => {
      const age = Date.parse(now) - Date.parse(box.created);
      const helper = box.labels[LABEL] === 'helper';
      const next = [`agentbox rm ${helper ? '--force ' : ''}${box.name} --engine ${kind}`];
      const old = age > STRAY;
      if (helper && old) {
        return [
          finding('leftovers', 'note', `${box.name} is ${formatSpan(age)} old`, {
            why: 'helpers live for seconds',
            next,
          }),
        ];
      }
      const { keep, waits } = fromLabels(box.labels);
      if (keep || waits) return [];
      if (box.state === 'exited' || (box.state === 'created' && old)) {
        const ended = box.exitCode === undefined ? box.state : `ended with ${box.exitCode}`;
        const why = `a box of client ${fromLabels(box.labels).client} whose launcher is gone, or a detached one`;
        return [
          finding('leftovers', 'note', `${box.name} ${ended}`, { why, next: [`agentbox logs ${box.name}`, ...next] }),
        ];
      }
      return [];
    }),
  );
  return found.length > 0 ? found : [finding('leftovers', 'ok', 'no box is left over')];
}

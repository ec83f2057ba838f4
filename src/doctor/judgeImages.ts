import { LABEL } from '../engine/engine.ts';
import { fromLabels } from '../plan/labels.ts';
import { formatSpan } from '../ui/time.ts';
import type { DoctorFacts } from './facts.ts';
import { type Finding, finding } from './finding.ts';

/** Helpers live for seconds, and a box is started as soon as it is made. */
const STRAY = 10 * 60_000;

/** What is to be said of the images on the engine in use. Pure. */
export function judgeImages({ images, staleImages }: DoctorFacts): readonly Finding[] {
  const built = images.filter((image) => image.built).map(({ title }) => title);
  return [
    ...(built.length === 0 ? [] : [finding('images', 'ok', `built: ${[...new Set(built)].join(', ')}`)]),
    ...images.flatMap(({ title, agent, clients, built, older }) => {
      if (built) return [];
      const next = clients.map((client) => `agentbox build --client ${client} --agent ${agent}`);
      // An image that never was is built by the first run; one that is out of date surprises with a wait.
      if (!older) return [];
      return [
        finding('images', 'note', `the image of ${title} is out of date`, { why: 'the next run builds it anew', next }),
      ];
    }),
    ...(built.length === 0 && images.every(({ older }) => !older)
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

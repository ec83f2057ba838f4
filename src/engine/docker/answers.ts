import type { Trouble } from '../../errors.ts';

/** What a person is told: what happened, why, and what to type next. */
export interface Story {
  readonly trouble: Trouble;
  readonly what: string;
  readonly why: string;
  readonly next: readonly string[];
}

type Teller = (text: string, found: string) => Story;

/** What the engine answers, most telling first: a full disk also makes the runtime fail. `found` is the first group. */
const ANSWERS: readonly (readonly [RegExp, Teller])[] = [
  [/no space left on device|disk quota exceeded/i, noSpace],
  [/OCI runtime (?:create|start) failed.*\/usr\/bin\/tini\b.*no such file/is, notOurImage],
  [/OCI runtime (?:create|start) failed|failed to create (?:shim|task)/i, runtimeFailed],
  [/unknown (?:or invalid )?runtime.*?(?:specified|name:?) (\S+)/i, unknownRuntime],
  [/no such image:? (\S+)/i, noImage],
  [/remove (\S+): volume is in use/i, volumeInUse],
  [/no such container:? (\S+)/i, noBox],
  [/container name "\/?([^"]+)" is already in use/i, nameTaken],
  [/bind source path does not exist: (.+)/i, noSource],
  [/is not shared from|mounts denied/i, notShared],
  [/container \S+ is (?:not running|paused|stopped)/i, notRunning],
];

/** The story behind an answer of the engine, `text` being its own words. */
export function storyOf(text: string): Story {
  for (const [pattern, tell] of ANSWERS) {
    const match = pattern.exec(text);
    if (match !== null) return tell(text, match[1] ?? '');
  }
  return {
    trouble: 'engine',
    what: 'Docker refused',
    why: text,
    next: ['docker info, to see whether Docker works at all'],
  };
}

function noSpace(why: string): Story {
  const next = ['docker system df', 'docker system prune'];
  return { trouble: 'engine', what: 'the disk of Docker is full', why, next };
}

function notOurImage(): Story {
  return {
    trouble: 'image',
    what: 'the image cannot be a box',
    why: 'it has no /usr/bin/tini, so it was not built on an image of agentbox',
    next: ['agentbox build, and build yours FROM the image that it names'],
  };
}

function runtimeFailed(text: string): Story {
  return {
    trouble: 'engine',
    what: 'the runtime could not start the box',
    why: text.replace(/^(?:failed to create (?:shim )?task[^:]*: )+/, '').replace(/: unknown$/, ''),
    next: ['agentbox run --runtime auto …, which takes a runtime that works'],
  };
}

function unknownRuntime(_text: string, name: string): Story {
  return {
    trouble: 'engine',
    what: `docker has no runtime ${name}`,
    why: 'a runtime must be registered with the engine by name',
    next: [`register ${name} in /etc/docker/daemon.json and reload docker`, 'or use --runtime auto'],
  };
}

function noImage(why: string, ref: string): Story {
  return { trouble: 'image', what: `there is no image ${ref}`, why, next: ['agentbox build'] };
}

function noBox(why: string, id: string): Story {
  return { trouble: 'box', what: `there is no box ${id}`, why, next: ['agentbox ls'] };
}

function volumeInUse(why: string, name: string): Story {
  return { trouble: 'engine', what: `a container has the volume ${name}`, why, next: ['agentbox ls'] };
}

function nameTaken(_text: string, name: string): Story {
  return {
    trouble: 'box',
    what: `there is a container ${name} already`,
    why: 'names of boxes are unique',
    next: [`agentbox attach ${name}`, `agentbox rm ${name}`],
  };
}

function noSource(_text: string, path: string): Story {
  return {
    trouble: 'box',
    what: `Docker cannot mount ${path}`,
    why: 'it is not there, or not among the directories that the virtual machine of Docker sees',
    next: [`ls -d ${path}`, 'Docker Desktop: Settings, Resources, File sharing'],
  };
}

function notShared(why: string): Story {
  const next = ['Docker Desktop: Settings, Resources, File sharing'];
  return { trouble: 'box', what: 'Docker does not share that directory with its virtual machine', why, next };
}

function notRunning(why: string): Story {
  return { trouble: 'box', what: 'the box is not running', why, next: ['agentbox ls'] };
}

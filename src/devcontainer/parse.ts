import stripJsonComments from 'strip-json-comments';
import * as z from 'zod';
import { UserError } from '../errors.ts';
import { plain } from '../ui/plain.ts';
import { takeVariables, type Variables } from './variables.ts';

/** What agentbox takes of a devcontainer.json. Nothing else of it has an effect. */
export interface Devcontainer {
  readonly image: string | undefined;
  /** Paths are as they are written, relative to the folder of the file. */
  readonly build: DevcontainerBuild | undefined;
  /** Variables of the container, and further ones that may build on them; a value may hold `${containerEnv:NAME}`. */
  readonly containerEnv: Variables;
  readonly remoteEnv: Variables;
  /** What is written there and was left out: `mounts`, `build.options`, `remoteEnv.TOKEN`. */
  readonly ignored: readonly string[];
}

/** How its image is built. */
export interface DevcontainerBuild {
  readonly dockerfile: string;
  readonly context: string;
  readonly args: Variables;
  readonly target: string | undefined;
}

const text = z.string().refine((value) => !value.includes('\0'), 'holds a NUL byte');
const variables = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable'), text);
const path = z.string().regex(/^\P{Cc}+$/u, 'is no path');

const schema = z.object({
  image: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, 'is no name of an image')
    .optional(),
  build: z
    .object({
      dockerfile: path,
      context: path.optional(),
      args: variables.optional(),
      target: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is no name of a stage')
        .optional(),
    })
    .optional(),
  containerEnv: variables.optional(),
  // null takes a variable away, which is left to the image.
  remoteEnv: z.record(z.string(), text.nullable()).optional(),
});

const BUILD_KEYS = new Set(Object.keys(schema.shape.build.unwrap().shape));
/** Words for people and editors, without an effect on the container. */
const KEYS = new Set([...Object.keys(schema.shape), '$schema', 'name', 'customizations']);

/** Reads a devcontainer.json, which may have comments and trailing commas. Throws UserError('project') that names `file`. Pure. */
export function parseDevcontainer(content: string, file: string): Devcontainer {
  const value = jsonOf(content, file);
  const result = schema.safeParse(value);
  if (!result.success) {
    const mistakes = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
    throw new UserError('project', `${file} is not as it should be`, { why: plain(mistakes.join('; ')) });
  }
  const { image, build } = result.data;
  if ((image === undefined) === (build === undefined)) {
    throw new UserError('project', `${file} does not say which image to work in`, {
      why: image === undefined ? 'it has neither image nor build' : 'it has both image and build',
      next: ['"image": "…" or "build": { "dockerfile": "…" }, one of them', 'or run without devcontainer'],
    });
  }
  const args = takeVariables('build.args', build?.args ?? {}, false);
  const containerEnv = takeVariables('containerEnv', result.data.containerEnv ?? {});
  const remoteEnv = takeVariables('remoteEnv', result.data.remoteEnv ?? {});
  return {
    image,
    build: build && { ...build, context: build.context ?? '.', args: args.taken, target: build.target },
    containerEnv: containerEnv.taken,
    remoteEnv: remoteEnv.taken,
    ignored: [
      ...Object.keys(value).filter((key) => !KEYS.has(key)),
      ...Object.keys(value.build ?? {})
        .filter((key) => !BUILD_KEYS.has(key))
        .map((key) => `build.${key}`),
      ...args.ignored,
      ...containerEnv.ignored,
      ...remoteEnv.ignored,
    ],
  };
}

function jsonOf(content: string, file: string): { readonly build?: object } {
  try {
    const value: unknown = JSON.parse(stripJsonComments(content.replace(/^\uFEFF/, ''), { trailingCommas: true }));
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    throw new UserError('project', `${file} is no JSON with comments`, {
      why: plain(error instanceof Error ? error.message : String(error)),
      cause: error,
    });
  }
}

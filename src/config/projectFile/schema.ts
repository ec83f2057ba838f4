import * as z from 'zod';
import { isTheirs } from '../../devcontainer/variables.ts';
import { isAny } from '../../network/policy/parse.ts';
import { sharedKeys } from '../schema.ts';

// What is not here a project cannot say, whoever trusts it: see forbidden.ts.

/** Far more than anybody writes by hand: each may become a mount or be held against each file. */
const MOST = 200;
/** Longer than any path or rule of use. */
const LONGEST = 1000;

const paths = (key: 'mask' | 'unmask' | 'protect' | 'unprotect') =>
  sharedKeys[key]
    .unwrap()
    .max(MOST, `has more than ${MOST} entries`)
    .refine(
      (list) => !list.some((path) => path.startsWith('!')),
      'takes something out again (!), which is not for a project to say',
    )
    .refine((list) => list.every((path) => path.length <= LONGEST), `has an entry of more than ${LONGEST} characters`)
    .optional();
const rules = (key: 'allow' | 'deny') => sharedKeys[key].unwrap().max(MOST, `has more than ${MOST} rules`);

/** The whole of a project's `.agentbox.yaml`, as it is written there. */
export const projectSchema = z
  .strictObject({
    agent: sharedKeys.agent.describe(
      'The agent that runs when none is named: one of `agents` of the client. Needs trust where the client has no such list.',
    ),
    network: z
      .enum(['gateway', 'none'])
      .optional()
      .describe('none: nothing. gateway: what rules allow. Where the client has none, gateway needs trust.'),
    allow: rules('allow')
      .refine((list) => !list.some(isAny), '* is not for a project to say: a project names what it needs')
      .optional()
      .describe('What the project needs to reach: hosts, *.domain, host:port, ranges, presets (npm). Needs trust.'),
    deny: rules('deny').optional().describe('What the box may not reach, whatever allows it; in the same words.'),
    resources: sharedKeys.resources.describe('Limits of the box. Lower ones count, higher ones need trust.'),
    autonomy: sharedKeys.autonomy.describe('ask: the agent asks as it does by itself. auto needs trust.'),
    workspace: sharedKeys.workspace.describe(
      'What the box gets of the project. In the direction bind, clone, readonly it counts; the other way it needs trust.',
    ),
    untracked: sharedKeys.untracked.describe('false: a clone gets no files that git does not track. true needs trust.'),
    mask: paths('mask').describe('Files of the project, or patterns, that are empty in the box, besides .env files.'),
    unmask: paths('unmask').describe('Files that are not to be masked after all. Needs trust.'),
    protect: paths('protect').describe(
      'Files and folders, or patterns, that the box may not change, tracked ones too.',
    ),
    unprotect: paths('unprotect').describe('Files and folders that the box may change after all. Needs trust.'),
    strict: sharedKeys.strict.describe(
      'true: refuse a project that has files with more than one link. false needs trust.',
    ),
    permissions: sharedKeys.permissions.describe(
      "By agent, in the agent's own terms: what it must ask for and may not do. What it may do without asking needs trust.",
    ),
    packages: sharedKeys.packages.describe('Debian packages added to the image. Needs trust.'),
    toolchains: sharedKeys.toolchains.describe(
      "Languages at a version, where the user's settings name none. Needs trust.",
    ),
    devcontainer: sharedKeys.devcontainer.describe(
      "true: work in the image of the project's devcontainer.json, which is asked for as well. Needs trust.",
    ),
    env: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable')
          .refine(isTheirs, 'is not for a project to say: it decides who serves the agent or what a program trusts'),
        z.string().refine((value) => !value.includes('\0'), 'holds a NUL byte'),
      )
      .optional()
      .describe("Environment of the agent, where nothing of the user's own names the variable. Needs trust."),
  })
  .meta({ title: 'agentbox project file' });

/** The JSON Schema of a project's `.agentbox.yaml`, for editors. */
export function projectJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(projectSchema, { io: 'input' }) };
}

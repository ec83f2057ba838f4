import * as z from 'zod';

/** Relative to the project, `*` and `**` as in .gitignore. */
const paths = z.array(
  z
    .string()
    .regex(
      /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\p{Cc}]+$/u,
      'is no path or pattern inside the project, such as .env or certs/**',
    ),
);

/** What config.yaml says of what a box gets of a project, of a client or in general. */
export const workspaceKeys = {
  workspace: z
    .enum(['bind', 'clone', 'readonly'])
    .optional()
    .describe(
      'What the box gets of the project: bind, its files, writable, with a git directory of the box’s own; clone, a private copy that you review and apply; readonly, with /out for what comes of it. Default: bind.',
    ),
  untracked: z
    .boolean()
    .optional()
    .describe('A clone also gets the files that git does not track and does not ignore. Default: false.'),
  mask: paths.optional().describe('Files of the project, or patterns, that are empty in the box, besides .env files.'),
  unmask: paths.optional().describe('Files that are not to be masked after all.'),
  protect: paths
    .optional()
    .describe('Files and folders of the project, or patterns, that the box may not change, tracked ones too.'),
  unprotect: paths.optional().describe('Files and folders that the box may change after all.'),
  strict: z
    .boolean()
    .optional()
    .describe('Refuse a project that has files with more than one link, which may lie elsewhere too. Default: false.'),
  workspace_path: z
    .enum(['/workspace', 'same'])
    .optional()
    .describe('Where the box sees the project: at /workspace (the default), or at its own path.'),
};

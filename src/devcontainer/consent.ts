import type { Context } from '../context.ts';
import { CancelledError, UsageError, UserError } from '../errors.ts';
import { readAgreements, recordAgreement } from '../state/agreements.ts';
import { say } from '../ui/io.ts';
import { plain } from '../ui/plain.ts';
import { describe } from './describe.ts';
import { loadDevcontainer, type ProjectDevcontainer } from './load.ts';

/** Whose project it is, and how much the user has said on the command line. */
export interface ConsentRequest {
  readonly client: string;
  /** Real path. */
  readonly project: string;
  /** `--devcontainer` was given: the project must have one. */
  readonly asked: boolean;
  /** `--yes` was given. */
  readonly yes: boolean;
}

/**
 * The devcontainer.json of a project once the user has agreed to its content, which is remembered until that changes;
 * undefined when there is none. Throws UserError('refused') where nobody can be asked, CancelledError for a no.
 */
export async function agreedDevcontainer(
  context: Context,
  request: ConsentRequest,
): Promise<ProjectDevcontainer | undefined> {
  const { client, project } = request;
  const found = await loadDevcontainer(project);
  if (found === undefined) {
    if (!request.asked) return undefined;
    throw new UserError('project', `${project} has no devcontainer.json`, {
      why: 'neither .devcontainer/devcontainer.json nor .devcontainer.json is there',
      next: ['leave --devcontainer out, or take devcontainer: true out of config.yaml'],
    });
  }
  const before = (await readAgreements(context.paths, client, 'devcontainer'))[project];
  if (before?.sha256 === found.sha256) return found;
  say(context.io, describe(found, project, before));
  await consent(context, request);
  const agreed = context.now().toISOString();
  await recordAgreement(context.paths, client, 'devcontainer', project, { sha256: found.sha256, agreed });
  return found;
}

async function consent(context: Context, { client, project, yes }: ConsentRequest): Promise<void> {
  if (yes) return;
  const question = `Work in this image as client ${client}?`;
  const answer = await context.prompter.confirm(question, '--yes').catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    throw new UserError('refused', `nobody has agreed to the devcontainer.json of ${plain(project)}`, {
      why: 'a repository does not choose its own box, and there is no terminal to ask',
      next: [`agentbox build --devcontainer --yes --client ${client} ${plain(project)}, once you have read it`],
      cause: error,
    });
  });
  if (!answer) throw new CancelledError();
}

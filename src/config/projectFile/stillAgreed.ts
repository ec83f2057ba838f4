import { UserError } from '../../errors.ts';
import type { Agreed } from '../../state/agreements.ts';
import { PROJECT_FILE, readProjectFile } from './read.ts';

/** What became of something that was agreed to. */
export interface AgreementState {
  /** For people: which file of the project. */
  readonly file: string;
  readonly state: 'the same' | 'changed' | 'gone';
}

/** Whether what was agreed to for a project is still there and the same; one that cannot be read has changed. */
export async function stateOfAgreement(kind: Agreed, project: string, sha256: string): Promise<AgreementState> {
  const file = kind === 'projectFile' ? PROJECT_FILE : 'devcontainer.json';
  const found = await read(kind, project).catch((error: unknown) => {
    if (error instanceof UserError) return { sha256: '' };
    throw error;
  });
  if (found === undefined) return { file, state: 'gone' };
  return { file, state: found.sha256 === sha256 ? 'the same' : 'changed' };
}

async function read(kind: Agreed, project: string): Promise<{ readonly sha256: string } | undefined> {
  if (kind === 'projectFile') return readProjectFile(project);
  return (await import('../../devcontainer/load.ts')).loadDevcontainer(project);
}

import type { Context } from '../../context.ts';
import { isAlive } from '../../engine/alive.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import { isWithin } from '../../plan/guard.ts';
import { fromLabels } from '../../plan/labels.ts';
import { plain } from '../../ui/plain.ts';

/** Throws UserError('refused') for a path that a box which runs could put a link in the place of, just when it is read or written. */
export async function refuseShared({ paths }: Context, engine: Engine, path: string): Promise<void> {
  const boxes = (await engine.boxes({})).filter(isAlive);
  const sharing = boxes.find(({ labels }) => {
    const { project, workspace, data } = fromLabels(labels);
    return data === paths.dataDir && workspace === 'bind' && isWithin(path, project);
  });
  if (sharing === undefined) return;
  throw new UserError('refused', `${plain(path)} is in the project that ${sharing.name} works in just now`, {
    why: 'it could lead the copy elsewhere; what lies there it sees anyway',
    next: ['copy to or from a folder outside', `agentbox stop ${sharing.name}`],
  });
}

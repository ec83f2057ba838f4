import type { Profile } from '../config/profile.ts';
import type { Caller } from '../context.ts';
import type { EngineFacts } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { ProjectFacts } from './facts.ts';

/** Who the agent is in the box. */
export interface BoxUser {
  readonly uid: number;
  readonly gid: number;
  readonly keepId: boolean;
}

/** The user of a box when root calls and no project says whose it is. */
export const ORDINARY_USER = 1000;

/**
 * The numeric user of a box (G2): the caller; for root the project's owner; never 0. `project` is undefined when nothing
 * of the host is written. Throws UserError('refused') where a bind could only be written by root or by nobody.
 */
export function boxUser(
  caller: Caller,
  engine: EngineFacts,
  project: ProjectFacts | undefined,
  workspace: Profile['workspace'] = 'bind',
): BoxUser {
  if (engine.desktop) return user(caller.uid || project?.uid || ORDINARY_USER, caller.gid);
  if (engine.kind === 'podman' && engine.rootless) return { ...user(caller.uid, caller.gid), keepId: true };
  if (engine.rootless || engine.usernsRemap) return remapped(engine, caller, project);
  if (caller.uid !== 0) return user(caller.uid, caller.gid);
  if (project === undefined) return user(ORDINARY_USER, ORDINARY_USER);
  if (project.uid !== 0) return user(project.uid, project.gid);
  // It reads what everybody may read; what that leaves out is told when the clone is made.
  if (workspace !== 'bind') return user(ORDINARY_USER, ORDINARY_USER);
  throw new UserError('refused', `${project.path} belongs to root, and a box never runs as root`, {
    why: 'you are root, so the box would run as the owner of the project, and that is root too',
    next: [
      'run agentbox as the user who works on the project',
      'or give the box a copy: agentbox run --workspace clone',
      `or give the project to a user: chown -R ${ORDINARY_USER}:${ORDINARY_USER} ${quote(project.path)}`,
    ],
  });
}

function user(uid: number, gid: number): BoxUser {
  // Group 0 opens files in an image that are meant for root alone.
  return { uid, gid: gid === 0 ? uid : gid, keepId: false };
}

function remapped(engine: EngineFacts, caller: Caller, project: ProjectFacts | undefined): BoxUser {
  if (project === undefined) return user(caller.uid || ORDINARY_USER, caller.gid);
  const what = engine.rootless ? 'rootless Docker' : 'Docker with userns-remap';
  throw new UserError('refused', `${what} cannot give a box your files without making it root`, {
    why: 'there only root in the box is you on the host; every other user of the box owns nothing of the project',
    next: [
      'use rootless Podman, which maps you to yourself: agentbox run --engine podman …',
      engine.rootless ? 'or a Docker engine that runs as root' : 'or take userns-remap out of /etc/docker/daemon.json',
    ],
  });
}

function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

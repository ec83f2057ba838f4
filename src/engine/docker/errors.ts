import { UserError } from '../../errors.ts';
import { storyOf } from './answers.ts';

/** The engine did not answer within its limit (milliseconds) while agentbox was `doing` something. */
export class TooSlow extends Error {
  constructor(doing: string, limit: number) {
    super(`${doing} took longer than ${limit / 1000} s`);
  }
}

/** What dockerode throws: a system error with a code, or the engine's answer with its status. */
type Failure = Error & { readonly code?: string; readonly statusCode?: number };

/** The error that a person can act on, for whatever went wrong between agentbox and the engine; bugs stay as they are. */
export function toUserError(error: unknown, socketPath: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (error instanceof TooSlow) return tooSlow(error);
  const { code, statusCode }: Failure = error;
  if (statusCode !== undefined) {
    const story = storyOf(answerOf(error));
    return new UserError(story.trouble, story.what, { why: story.why, next: story.next, cause: error });
  }
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return notRunning(socketPath, error);
    case 'EACCES':
    case 'EPERM':
      return notAllowed(socketPath, error);
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
      return lost(error);
    default:
      return error;
  }
}

/** The status of the engine's answer, when that is what the error came from. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof UserError ? error.cause : error;
  return cause instanceof Error ? (cause as Failure).statusCode : undefined;
}

/** The connection broke after it was made; the box that was being watched may well run on. */
export function lost(cause: unknown, box = 'NAME'): UserError {
  return new UserError('engine', 'the connection to Docker broke', {
    why: 'the engine was stopped or restarted; the box may still be running',
    next: ['agentbox ls', `agentbox attach ${box}`],
    cause,
  });
}

/** The engine's own words, without what dockerode puts around them. */
function answerOf(error: Error): string {
  return error.message.replace(/^\(HTTP code \d+\) .*? - /s, '').trim();
}

function notRunning(socketPath: string, cause: Error): UserError {
  return new UserError('engine', 'Docker is not running', {
    why: `nothing answers at ${socketPath}`,
    next: ['start Docker Desktop, or: sudo systemctl start docker'],
    cause,
  });
}

function notAllowed(socketPath: string, cause: Error): UserError {
  return new UserError('engine', 'you may not use Docker', {
    why: `${socketPath} is not yours to open`,
    next: ['sudo usermod -aG docker "$USER", then log in again', 'or, without root: agentbox run --engine podman …'],
    cause,
  });
}

function tooSlow(error: TooSlow): UserError {
  return new UserError('engine', 'Docker does not answer', {
    why: error.message,
    next: ['docker ps, to see whether the engine hangs'],
    cause: error,
  });
}

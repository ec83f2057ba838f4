import { UserError } from '../../errors.ts';

/** Those who wait until the gateway has a state. */
export interface Acknowledgements {
  /** Resolves at the ack of this revision or a later one; rejects after `limit` milliseconds. */
  wait(revision: number, limit: number): Promise<void>;
  /** This revision is in force, and with it every one before. */
  arrived(revision: number): void;
  /** Tells all who wait that it came to nothing. */
  fail(error: UserError): void;
}

interface Waiting {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: UserError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Nobody waits yet. */
export function acknowledgements(): Acknowledgements {
  const waiting = new Set<Waiting>();
  const finish = (one: Waiting) => {
    waiting.delete(one);
    clearTimeout(one.timer);
  };
  return {
    wait: (revision, limit) =>
      new Promise((resolve, reject) => {
        const one: Waiting = {
          ...{ revision, resolve, reject },
          timer: setTimeout(() => {
            finish(one);
            reject(late(limit));
          }, limit),
        };
        waiting.add(one);
      }),
    arrived(revision) {
      for (const one of [...waiting]) {
        if (one.revision > revision) continue;
        finish(one);
        one.resolve();
      }
    },
    fail(error) {
      for (const one of [...waiting]) {
        finish(one);
        one.reject(error);
      }
    },
  };
}

const late = (limit: number) =>
  new UserError('engine', `the gateway did not acknowledge within ${limit / 1000} s`, {
    why: 'what was asked for is not in force',
    next: ['try again; the machine may be very busy'],
  });

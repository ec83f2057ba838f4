/** What a person can get wrong or find broken; one word each, so that tests and scripts can tell them apart. */
export type Trouble =
  | 'config'
  | 'project'
  | 'credentials'
  | 'engine'
  | 'image'
  | 'refused'
  | 'state'
  | 'box'
  | 'unavailable';

/**
 * Something the user can mend: `message` says what, `why` says why, `next` says what to do. It ends the program with 125,
 * the code docker and podman use for trouble of their own.
 */
export class UserError extends Error {
  readonly trouble: Trouble;
  readonly why: string | undefined;
  readonly next: readonly string[];

  constructor(
    trouble: Trouble,
    message: string,
    more: { why?: string; next?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'UserError';
    this.trouble = trouble;
    this.why = more.why;
    this.next = more.next ?? [];
  }
}

/** The command line itself is wrong; ends the program with 2. `next` says what to type instead. */
export class UsageError extends Error {
  readonly next: readonly string[];

  constructor(message: string, next: readonly string[] = []) {
    super(message);
    this.name = 'UsageError';
    this.next = next;
  }
}

/** The user said no, or interrupted; ends the program with `code` (130 for Ctrl-C) and no further words. */
export class CancelledError extends Error {
  readonly code: number;

  constructor(code = 130) {
    super('cancelled');
    this.name = 'CancelledError';
    this.code = code;
  }
}

/** One of several answers. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  /** More of it, shown where it stands. */
  readonly hint?: string | undefined;
}

/** What a wizard asks a person. Every question throws CancelledError on Ctrl-C. */
export interface Questions {
  /** A line; `check` says what is wrong with one. */
  text(question: {
    readonly message: string;
    readonly initial: string;
    readonly check: (line: string) => string | undefined;
  }): Promise<string>;
  one<T extends string>(question: {
    readonly message: string;
    readonly choices: readonly Choice<T>[];
    readonly initial: T;
  }): Promise<T>;
  several<T extends string>(question: {
    readonly message: string;
    readonly choices: readonly Choice<T>[];
    readonly initial: readonly T[];
    /** At least one. */
    readonly needed: boolean;
  }): Promise<readonly T[]>;
  yes(message: string, initial: boolean): Promise<boolean>;
}

import type { Reply } from './reply.ts';
import type { Row } from './sqlite/row.ts';

/** Where an agent notes what its model's replies took, and how that is read. All of it may have been written by a box. */
export type UsageLog = LineLog | TableLog;

/** Files of one JSON text a line. */
export interface LineLog {
  /** Folders in the state directory; everything below them counts. */
  readonly folders: readonly string[];
  /** How the names of the files end. */
  readonly suffix: string;
  /** A line with none of these texts says nothing of usage. */
  readonly marks: readonly string[];
  /** Reads one file. */
  readonly reader: (file: string) => LineReader;
}

/** Takes the lines of a file in their order. */
interface LineReader {
  take(line: unknown): void;
  replies(): readonly Reply[];
}

/** A table of an SQLite database. */
export interface TableLog {
  /** In the state directory. */
  readonly database: string;
  readonly table: string;
  readonly reply: (row: Row) => Reply | undefined;
}

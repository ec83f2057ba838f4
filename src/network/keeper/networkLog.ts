import type { Decision, FromGateway, LogLine } from '../protocol.ts';
import type { BoundedFile } from './boundedFile.ts';

/** Connections whose end is waited for; with more of them the oldest is written as it is. */
const OPEN = 10_000;

/** The log of decisions: what was refused is written at once, what was allowed when it has ended. */
export interface NetworkLog {
  decided(decision: Decision): void;
  closed(event: Extract<FromGateway, { event: 'closed' }>): void;
  /** Writes what is still open without its bytes: the gateway that carried it is gone. */
  forgetOpen(): void;
  flush(): Promise<void>;
}

/** A network log that writes to this file. */
export function networkLog(file: BoundedFile): NetworkLog {
  const open = new Map<string, Decision>();
  const write = ({ id: _, ...decision }: Decision, ended: Pick<LogLine, 'up' | 'down' | 'ms'> = {}) => {
    const line: LogLine = { ...decision, ...ended };
    file.write(JSON.stringify(line));
  };
  return {
    decided(decision) {
      if (decision.verdict === 'deny') return write(decision);
      open.set(decision.id, decision);
      const [oldest] = open.values();
      if (open.size <= OPEN || oldest === undefined) return;
      open.delete(oldest.id);
      write(oldest);
    },
    closed({ id, up, down, ms }) {
      const decision = open.get(id);
      if (decision === undefined) return;
      open.delete(id);
      write(decision, { up, down, ms });
    },
    forgetOpen() {
      for (const decision of open.values()) write(decision);
      open.clear();
    },
    flush: () => file.flush(),
  };
}

import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { Decision, FromGateway } from '../protocol.ts';

/** What a decision is about; the rest is filled in. */
export type Decided = Omit<Decision, 'id' | 'time'>;

/** Tells the keeper what happens. Ids do not repeat when a proxy is started again. */
export class Events {
  private readonly output: Writable;
  private readonly now: () => number;
  private readonly unreadBytes: number;
  private readonly run = randomBytes(5).toString('hex');
  private count = 0;

  constructor(output: Writable, now: () => number, unreadBytes: number) {
    this.output = output;
    this.now = now;
    this.unreadBytes = unreadBytes;
  }

  /** So much is unread that nothing more may be decided: what cannot be logged is not done. */
  get full(): boolean {
    return this.output.writableLength > this.unreadBytes;
  }

  send(event: FromGateway): void {
    if (this.output.writable) this.output.write(`${JSON.stringify(event)}\n`);
  }

  /** A decision with an id and the time, not yet sent. */
  decision(decided: Decided): Decision {
    this.count += 1;
    return { id: `${this.run}-${this.count}`, time: new Date(this.now()).toISOString(), ...decided };
  }

  /** Sends a decision; gives its id. */
  decided(decided: Decided): string {
    const decision = this.decision(decided);
    this.send({ event: 'decision', decision });
    return decision.id;
  }
}

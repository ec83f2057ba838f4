/** Bytes that are read at once. */
export const READ_SIZE = 64 * 1024;
/** What a read costs besides its bytes, in bytes. */
const PER_READ = 16 * 1024;
/** How many of those that wait are let on in a turn of the event loop, and so what a turn carries. */
const AT_ONCE = 2;
const PER_TURN = AT_ONCE * (READ_SIZE + PER_READ);

/**
 * Shares the event loop between the tunnels of all boxes: when a turn has carried enough, those that have more wait in a queue of
 * their box, and the boxes come on in rotation. So a new connection waits for one short turn and not for every full tunnel.
 */
export class Turns {
  private left = PER_TURN;
  private armed = false;
  private readonly waiting = new Map<object, (() => void)[]>();

  /** Counts a read. False: no more in this turn; the reader stops and calls `wait`. */
  take(bytes: number): boolean {
    this.left -= bytes + PER_READ;
    this.arm();
    return this.left > 0;
  }

  /** Calls back when it is the turn of one more reader of this box. */
  wait(box: object, resume: () => void): void {
    const queue = this.waiting.get(box);
    if (queue === undefined) this.waiting.set(box, [resume]);
    else queue.push(resume);
    this.arm();
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    setImmediate(() => this.next());
  }

  private next(): void {
    this.armed = false;
    this.left = PER_TURN;
    for (let count = 0; count < AT_ONCE && this.waiting.size > 0; count += 1) this.letOne();
    if (this.waiting.size > 0) this.arm();
  }

  /** The first of the box whose turn it is; that box then goes behind the others. */
  private letOne(): void {
    for (const [box, queue] of this.waiting) {
      const resume = queue.shift();
      this.waiting.delete(box);
      if (queue.length > 0) this.waiting.set(box, queue);
      resume?.();
      return;
    }
  }
}

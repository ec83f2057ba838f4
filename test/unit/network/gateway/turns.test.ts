import { describe, expect, it } from 'vitest';
import { READ_SIZE, Turns } from '../../../../src/network/gateway/turns.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe('the turns of the event loop', () => {
  it('let one reader go on alone, and stop it when a turn is full', async () => {
    const turns = new Turns();
    expect(turns.take(1000)).toBe(true);
    let reads = 0;
    while (turns.take(READ_SIZE)) reads += 1;
    expect(reads).toBeLessThan(4);
    await turn();
    expect(turns.take(1000)).toBe(true);
  });

  it('come to every box alike, however many of its readers wait', async () => {
    const turns = new Turns();
    const [busy, calm] = [{}, {}];
    const order: string[] = [];
    for (let count = 0; count < 500; count += 1) turns.wait(busy, () => order.push('busy'));
    turns.wait(calm, () => order.push('calm'));
    turns.wait(calm, () => order.push('calm'));
    await turn();
    await turn();
    await turn();
    expect(order.slice(0, 4)).toEqual(['busy', 'calm', 'busy', 'calm']);
    expect(order.length).toBeLessThan(20);
  });
});

import { fileURLToPath } from 'node:url';
import * as pty from '@lydell/node-pty';
import { expect, it } from 'vitest';
import { READY } from '../../../src/box/payload.ts';
import type { BoxSpec } from '../../../src/plan/spec.ts';
import { collect } from '../support/boxes.ts';
import type { Suite } from './suite.ts';

const LAUNCHER = fileURLToPath(new URL('../support/launcher.ts', import.meta.url));

/** A box on a real terminal. */
export function terminals({ test, boxes }: Suite): void {
  /** Launches in a terminal of 30 rows and 100 columns. */
  function onTerminal(spec: BoxSpec, secret = 'nothing') {
    const argv = ['--import', 'tsx', LAUNCHER, test.kind, JSON.stringify(spec), secret];
    const env = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined));
    const terminal = pty.spawn(process.execPath, argv, { rows: 30, cols: 100, env });
    let shown = '';
    terminal.onData((data) => {
      shown += data;
    });
    const code = new Promise<number>((resolve) => {
      terminal.onExit(({ exitCode }) => resolve(exitCode));
    });
    return { terminal, code, shown: () => shown };
  }

  it('gives the agent a terminal of the right size, and tells it of changes', async () => {
    const script =
      'test -t 0 && test -t 1 && test -t 2 && stty size; trap "stty size; exit 5" WINCH; echo wait; while :; do sleep 0.1; done';
    const { terminal, code, shown } = onTerminal(boxes.spec(['bash', '-c', script], { terminal: true }));
    await expect.poll(shown, { timeout: 30_000 }).toContain('wait');
    expect(shown()).toMatch(/30 100\r\n/);
    terminal.resize(90, 20);
    expect(await code).toBe(5);
    expect(shown()).toMatch(/20 90\r\n/);
  });

  it('passes every key to the agent at once, Ctrl-C, Ctrl-P and Ctrl-Q included', async () => {
    const script = 'stty raw -echo; echo wait; head -c 4 | od -An -tx1; exit 3';
    const { terminal, code, shown } = onTerminal(boxes.spec(['bash', '-c', script], { terminal: true }));
    await expect.poll(shown, { timeout: 30_000 }).toContain('wait');
    terminal.write('\u0010\u0011\u0003z');
    expect(await code).toBe(3);
    expect(shown()).toMatch(/10 11 03 7a/);
  });

  it('shows nothing of a secret, and leaves nothing of it in the log', async () => {
    const secret = `s3cret-${'y'.repeat(64 * 1024)}`;
    const script = 'printf %s "$SECRET" | wc -c; exit 2';
    const spec = boxes.spec(['bash', '-c', script], { terminal: true });
    const { code, shown } = onTerminal(spec, secret);
    expect(await code).toBe(2);
    const log = collect();
    await test.engine.logs(spec.name, { out: log.stream, follow: false });
    expect(shown()).toContain(String(secret.length));
    expect(log.text()).toContain(String(secret.length));
    for (const text of [shown(), log.text()]) expect(text).not.toContain('s3cret');
    expect(shown()).not.toContain(READY);
  });
}

import { describe, expect, it } from 'vitest';
import { toolsOf } from '../../../src/image/toolchains.ts';

describe('toolchains and packages', () => {
  it('are nothing when none are wanted', () => {
    expect(toolsOf({}, [], '')).toBeUndefined();
  });

  it('come from the official images, at their version, with what they need of Debian', () => {
    const tools = toolsOf({ go: '1.24', rust: '1.85', node: '24' }, ['postgresql-client', 'gcc'], '');
    expect(tools?.images).toEqual(['node:24-bookworm-slim', 'golang:1.24-bookworm', 'rust:1.85-slim-bookworm']);
    expect(tools?.title).toBe('node 24, go 1.24, rust 1.85, 2 packages');
    expect(tools?.dockerfile).toContain('agentbox/install gcc libc6-dev postgresql-client;');
    expect(tools?.dockerfile.trimEnd().endsWith('; /usr/local/lib/agentbox/seal')).toBe(true);
  });

  it('put what the tools install at run time into the home, after the tools themselves', () => {
    const path = /^ENV PATH=(.*)$/m.exec(toolsOf({ go: '1.24', python: '3.12' }, [], '')?.dockerfile ?? '')?.[1];
    expect(path?.split(':')).toEqual([
      ...['/usr/local/bin', '/home/agent/.local/bin', '/usr/local/go/bin', '/home/agent/go/bin', '$PATH'],
    ]);
  });

  it('touch no PATH for packages alone', () => {
    expect(toolsOf({}, ['tree'], '')?.dockerfile).not.toContain('ENV');
    expect(toolsOf({}, ['tree'], '')?.title).toBe('1 package');
  });

  it('share the caches of apt with the base, and with no other release', () => {
    expect(toolsOf({}, ['tree'], '')?.dockerfile).toContain('--mount=type=cache,target=/var/cache/apt,');
    expect(toolsOf({}, ['tree'], 'abc')?.dockerfile).toContain('id=abc-var-cache-apt,target=/var/cache/apt,');
  });

  it.each([
    ['1.24', 'go version go1.24.3 linux/amd64', true],
    ['1.24', 'go version go1.2 linux/amd64', false],
    ['1.2', 'go version go1.24.3 linux/amd64', false],
    ['24', 'v24.1.0', true],
    ['4', 'v24.1.0', false],
    ['17', 'javac 17', true],
  ])('are checked: %s is asked for, "%s" is there: %s', (version, said, serves) => {
    const pattern = /grep -E '([^']+)'/.exec(toolsOf({ go: version }, [], '')?.dockerfile ?? '')?.[1] ?? '';
    expect(new RegExp(pattern).test(said)).toBe(serves);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromImages } from '../../../src/image/fromImages.ts';

describe('the images that a Dockerfile is made of', () => {
  it('are those of FROM, COPY --from and RUN --mount, without its own stages', () => {
    const text = `# syntax=docker/dockerfile:1
ARG TAG=1.24
FROM --platform=linux/amd64 golang:\${TAG}-bookworm AS Build
RUN --mount=type=cache,target=/x --mount=type=bind,from=busybox:1,target=/y \\
    true
# FROM commented:1
from alpine@sha256:abc as second
FROM scratch
COPY --from=build /a /a
COPY --chown=1:1 --from=ghcr.io/team/tool:2 /b /b
COPY --from=0 /c /c
`;
    expect(fromImages(text, {})).toEqual([
      'golang:1.24-bookworm',
      'busybox:1',
      'alpine@sha256:abc',
      'ghcr.io/team/tool:2',
    ]);
  });

  it('take the arguments of the build before the defaults of the file', () => {
    const text = `ARG FROM=debian:12\nARG B="x:1"\nFROM $FROM\nFROM \${B}\nFROM \${C:-y:2}\n`;
    expect(fromImages(text, {})).toEqual(['debian:12', 'x:1', 'y:2']);
    expect(fromImages(text, { FROM: 'agentbox/base:1', C: 'z:3' })).toEqual(['agentbox/base:1', 'x:1', 'z:3']);
  });

  it('leave to the builder what cannot be told, and never throw', () => {
    expect(fromImages('FROM $UNKNOWN\nFROM\n', {})).toEqual([]);
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(fromImages(text, {}))));
  });
});

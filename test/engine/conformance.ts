import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineKind } from '../../src/plan/spec.ts';
import { hardening } from './conformance/hardening.ts';
import { images } from './conformance/images.ts';
import { life } from './conformance/life.ts';
import { mounts } from './conformance/mounts.ts';
import { running } from './conformance/running.ts';
import type { Suite } from './conformance/suite.ts';
import { terminals } from './conformance/terminal.ts';
import { troubles } from './conformance/troubles.ts';
import { volumes } from './conformance/volumes.ts';
import { boxesOf } from './support/boxes.ts';
import { baseImage, findEngine } from './support/engines.ts';

/** Every behaviour of Engine, against the real engine of this kind; `more` adds what only this kind has. */
export function conformance(kind: EngineKind, more?: (suite: Suite) => void): void {
  const test = findEngine(kind);
  if (test === undefined) {
    it.skip(`${kind} is not here`, () => {});
    return;
  }
  let image = '';
  const suite = { test, boxes: boxesOf(test, () => image), image: () => image };
  beforeAll(async () => {
    image = await baseImage(test);
  }, 600_000);
  afterEach(() => suite.boxes.cleanUp());

  it(`${kind} tells what it is`, async () => {
    const facts = await test.engine.facts();
    expect(facts.kind).toBe(kind);
    expect(facts.version).toMatch(/^\d+\.\d+/);
    expect(facts.runtimes).toContain(facts.defaultRuntime);
  });
  describe(`${kind}: the wall`, () => hardening(suite));
  describe(`${kind}: a run`, () => running(suite));
  describe(`${kind}: mounts`, () => mounts(suite));
  describe(`${kind}: volumes`, () => volumes(suite));
  describe(`${kind}: the life of a box`, () => life(suite));
  describe(`${kind}: a terminal`, () => terminals(suite));
  describe(`${kind}: images`, () => images(suite));
  describe(`${kind}: trouble`, () => troubles(suite));
  if (more !== undefined) describe(`${kind}: its own`, () => more(suite));
}

import type { Boxes } from '../support/boxes.ts';
import type { TestEngine } from '../support/engines.ts';

/** What every part of the conformance suite works with. */
export interface Suite {
  readonly test: TestEngine;
  readonly boxes: Boxes;
  /** The image of the boxes. */
  readonly image: () => string;
}

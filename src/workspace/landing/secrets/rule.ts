/** How the keys of one provider are known. Data. */
export interface SecretRule {
  readonly name: string;
  /** What every such secret has, of which a search can begin: at least three bytes each. */
  readonly anchors: readonly string[];
  /**
   * The secret with its anchor, or with what leads to it: the group `secret` when there is one, else the whole; with the group `body`
   * it goes on behind it. Sticky, and each quantifier has an upper bound, so that no text can make it slow.
   */
  readonly pattern: RegExp;
  /** Where the pattern begins, in characters before the anchor; 0 when missing. */
  readonly ahead?: number;
  /** A character of a name may stand right before it. */
  readonly inWords?: true;
  /** What of the secret must look random, when it is not the whole: the group `random`. Bits a character; no check when missing. */
  readonly bits?: number;
  /** What people are told in the place of a length, where the pattern ends before the secret does. */
  readonly shown?: string;
  /** A last look. */
  readonly accepts?: (match: RegExpExecArray) => boolean;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefsSnapshot } from '../../../../src/workspace/git/readRefs.ts';
import { type Decision, decide, type HostSide } from '../../../../src/workspace/sync/decide.ts';
import { isBranchOrTag, TakenNames } from '../../../../src/workspace/sync/names.ts';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(40)) as [string, string, string, string];
const MAIN = 'ref: refs/heads/main';
const heads = (refs: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(refs).map(([name, id]) => [name.startsWith('refs/') ? name : `refs/heads/${name}`, id]),
  );
const at = (refs: Record<string, string>, head: string | undefined = MAIN): RefsSnapshot => ({
  head,
  refs: heads(refs),
});
const host = (refs: Record<string, string>, more: Partial<HostSide> = {}): HostSide => ({
  ...at(refs),
  ...{ elsewhere: [], settled: true },
  ...more,
});
const told = ({ moves, head, index }: Decision) => ({
  moves: moves.map(({ ref, to, from, aside }) => [ref, to, from, aside].filter((word) => word !== undefined).join(' ')),
  head,
  index,
});
const decided = (starts: RefsSnapshot, box: RefsSnapshot, there: HostSide) =>
  told(decide(starts, box, there, { suffix: 'x1' }));

describe('what comes back', () => {
  const start = at({ main: A });
  const one = at({ main: B });

  it('is nothing when the box changed nothing', () => {
    expect(decided(start, start, host({ main: C }))).toEqual({ moves: [], head: undefined, index: false });
  });

  it('moves the branch that is checked out, with the index', () => {
    expect(decided(start, one, host({ main: A }))).toEqual({
      ...{ moves: [`refs/heads/main refs/heads/main ${A}`], head: undefined, index: true },
    });
  });

  it.each<[string, HostSide, string]>([
    ['the branch moved on the host', host({ main: C }), 'moved'],
    ['the index changed', host({ main: A }, { settled: false }), 'checked-out'],
    ['another worktree has it', host({ main: A }, { elsewhere: ['refs/heads/main'] }), 'worktree'],
  ])('goes beside when %s', (_, there, why) => {
    expect(decided(start, one, there)).toEqual({
      ...{ moves: [`refs/heads/main refs/heads/agentbox/main-x1 ${why}`], head: undefined, index: false },
    });
  });

  it('moves a branch that is not checked out though HEAD of the host went elsewhere', () => {
    const there = host({ main: A, other: C }, { head: 'ref: refs/heads/other' });
    expect(decided(start, one, there)).toEqual({
      ...{ moves: [`refs/heads/main refs/heads/main ${A}`], head: undefined, index: false },
    });
  });

  it('does not move a branch that the host has checked out meanwhile', () => {
    const there = host({ main: A, other: C }, { head: 'ref: refs/heads/other' });
    expect(decided(at({ main: A, other: C }), at({ main: A, other: D }), there).moves).toEqual([
      'refs/heads/other refs/heads/agentbox/other-x1 checked-out',
    ]);
  });

  it('switches HEAD to a new branch', () => {
    const box = at({ main: A, feature: B }, 'ref: refs/heads/feature');
    expect(decided(start, box, host({ main: A }))).toEqual({
      ...{ moves: ['refs/heads/feature refs/heads/feature'], head: 'ref: refs/heads/feature', index: true },
    });
  });

  it('keeps HEAD, and the branch under it, when the one to switch to cannot come under its name', () => {
    const box = at({ main: B, feature: C }, 'ref: refs/heads/feature');
    expect(decided(start, box, host({ main: A, feature: D }))).toEqual({
      moves: [
        'refs/heads/feature refs/heads/agentbox/feature-x1 taken',
        'refs/heads/main refs/heads/agentbox/main-x1 checked-out',
      ],
      ...{ head: undefined, index: false },
    });
  });

  it('makes the first commit of a repository without any', () => {
    expect(decided(at({}), at({ main: A }), host({}))).toEqual({
      ...{ moves: ['refs/heads/main refs/heads/main'], head: undefined, index: true },
    });
  });

  it('detaches HEAD as the box did, or names what would be lost', () => {
    const box = at({ main: A }, C);
    expect(decided(start, box, host({ main: A }))).toEqual({ moves: [], head: C, index: true });
    expect(decided(start, box, host({ main: A }, { settled: false })).moves).toEqual([
      'HEAD refs/heads/agentbox/HEAD-x1 detached',
    ]);
    expect(decided(start, at({ main: B }, B), host({ main: A }, { settled: false })).moves).toEqual([
      'refs/heads/main refs/heads/agentbox/main-x1 checked-out',
    ]);
  });

  it('leaves what the box deleted', () => {
    const decision = decide(at({ main: A, old: B }), at({ main: A }), host({ main: A, old: B }), { suffix: 'x1' });
    expect(decision).toMatchObject({ moves: [], deleted: ['refs/heads/old'] });
  });

  it('makes a branch anew that the host deleted and the box went on with', () => {
    expect(decided(at({ main: A, old: B }), at({ main: A, old: C }), host({ main: A })).moves).toEqual([
      'refs/heads/old refs/heads/old',
    ]);
  });

  it('takes nothing but branches and tags', () => {
    const box = at({
      main: A,
      'refs/remotes/origin/main': B,
      'refs/notes/commits': B,
      'refs/replace/x': B,
      'refs/tags/v1': B,
    });
    expect(decided(start, box, host({ main: A })).moves).toEqual(['refs/tags/v1 refs/tags/v1']);
  });

  it('finds other names where a file system takes two for one, or one is a folder of the other', () => {
    const box = at({ main: A, Main: B, 'main/x': B, new: C, NEW: D });
    expect(decided(start, box, host({ main: A })).moves).toEqual([
      'refs/heads/new refs/heads/new',
      'refs/heads/Main refs/heads/agentbox/Main-x1 taken',
      'refs/heads/main/x refs/heads/agentbox/main/x-x1 taken',
      'refs/heads/NEW refs/heads/agentbox/NEW-x1 taken',
    ]);
  });

  it('gives a name that cannot be had on the host another', () => {
    const long = 'l'.repeat(230);
    const box = at({ main: A, '-f': B, HEAD: C, [long]: D });
    expect(decided(start, box, host({ main: A })).moves).toEqual([
      'refs/heads/-f refs/heads/agentbox/f-x1 name',
      'refs/heads/HEAD refs/heads/agentbox/HEAD-x1 name',
      `refs/heads/${long} refs/heads/agentbox/${'l'.repeat(40)}-x1 name`,
    ]);
  });

  it('goes round a branch that is called agentbox', () => {
    expect(decided(start, one, host({ main: C, agentbox: A })).moves).toEqual([
      'refs/heads/main refs/heads/agentbox-main-x1 moved',
    ]);
  });

  it('moves on what it put beside before, unless that is in use', () => {
    const starts = at({ main: B });
    const aside = { main: C, 'agentbox/main-x1': B };
    expect(decided(starts, at({ main: D }), host(aside)).moves).toEqual([
      `refs/heads/main refs/heads/agentbox/main-x1 ${B} moved`,
    ]);
    const inUse = host(aside, { head: 'ref: refs/heads/agentbox/main-x1' });
    expect(decided(starts, at({ main: D }), inUse).moves).toEqual([
      'refs/heads/main refs/heads/agentbox/main-x1-2 moved',
    ]);
  });

  it('goes by way of a ref that stands for another', () => {
    const box = at({ main: B, alias: 'ref: refs/heads/main' });
    expect(decided(start, box, host({ main: A })).moves).toEqual([
      `refs/heads/main refs/heads/main ${A}`,
      'refs/heads/alias refs/heads/alias',
    ]);
  });
});

const NAMES = [
  'main',
  'Main',
  'main/x',
  'feature',
  'agentbox',
  'agentbox/main-x1',
  '-x',
  'refs/tags/v1',
  'refs/remotes/o/m',
];

const side = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...NAMES), fc.constantFrom(A, B, C, D)),
    fc.constantFrom(MAIN, MAIN, 'ref: refs/heads/feature', A, D),
  )
  .map(([refs, head]) => at(refs, head));
const near = (start: RefsSnapshot) =>
  fc.oneof(
    fc.constant(start),
    side,
    side.map((other) => ({ ...other, head: start.head })),
    side.map((other) => ({ head: start.head, refs: { ...start.refs, ...other.refs } })),
  );
const states = side.chain((starts) =>
  fc.record({
    starts: fc.constant(starts),
    box: near(starts),
    there: fc
      .tuple(near(starts), fc.constantFrom<string[]>([], ['refs/heads/feature']), fc.boolean())
      .map(([refs, elsewhere, settled]): HostSide => ({ ...refs, elsewhere, settled })),
  }),
);
const property = (
  holds: (state: { starts: RefsSnapshot; box: RefsSnapshot; there: HostSide; decision: Decision }) => boolean,
) =>
  fc.assert(
    fc.property(states, ({ starts, box, there }) =>
      holds({ starts, box, there, decision: decide(starts, box, there, { suffix: 'x1' }) }),
    ),
    { numRuns: 3000 },
  );

describe('of any three states', () => {
  it('overwrites nothing but what the box began with, and nothing that is checked out alone', () =>
    property(({ starts, there, decision }) => {
      const current = there.head?.startsWith('ref: ') ? there.head.slice('ref: '.length) : undefined;
      return decision.moves.every(
        ({ ref, to, from }) =>
          there.refs[to] === from &&
          (from === undefined || (starts.refs[ref] === from && !there.elsewhere.includes(to))) &&
          (to !== current || decision.index),
      );
    }));

  it('brings what the box has, under names that every file system can hold', () =>
    property(({ box, there, decision: { moves } }) => {
      const taken = new TakenNames(Object.keys(there.refs));
      return moves.every(({ ref, to, from, id }) => {
        if (id !== (ref === 'HEAD' ? box.head : box.refs[ref]) || !isBranchOrTag(to)) return false;
        if (from === undefined && !taken.isFree(to)) return false;
        taken.add(to);
        return true;
      });
    }));

  it('loses nothing: all that is new in the box has a name on the host', () =>
    property(({ starts, box, there, decision: { moves } }) => {
      const named = new Set([...Object.values(there.refs), ...moves.map(({ id }) => id)]);
      return Object.entries(box.refs).every(
        ([ref, id]) => ref.startsWith('refs/remotes/') || starts.refs[ref] === id || named.has(id),
      );
    }));

  it('moves HEAD and index only where they are as they were', () =>
    property(
      ({ starts, there, decision: { head, index } }) =>
        (head === undefined && !index) || (there.settled && there.head === starts.head),
    ));

  it('has nothing more to do when it was done', () =>
    property(({ box, there, decision }) => {
      const refs = { ...there.refs, ...Object.fromEntries(decision.moves.map(({ to, id }) => [to, id])) };
      const again = decide(box, box, { ...there, head: decision.head ?? there.head, refs }, { suffix: 'x1' });
      return again.moves.length === 0 && again.head === undefined && !again.index;
    }));
});

import type { Change, Mark } from './change.ts';
import { hasNewContent, textOf } from './change.ts';

/** What the mode and the bytes of a file give away, whatever its name. Pure. */
export function contentMarks(change: Change): readonly Mark[] {
  const { before, after } = change;
  if (after === undefined || (after.mode !== '100644' && after.mode !== '100755')) return [];
  const runs = after.mode === '100755' && before?.mode !== '100755';
  const mode: readonly Mark[] = runs ? [{ rule: 'executable', level: 'ask', reason: 'may be run as a program' }] : [];
  if (!hasNewContent(change)) return mode;
  if (after.content === undefined)
    return [...mode, { rule: 'unread', level: 'ask', reason: 'is too large to be looked through' }];
  return [...mode, ...(binaryMarks(after.content) ?? textMarks(textOf(before) ?? '', textOf(after) ?? ''))];
}

interface Magic {
  readonly bytes: string;
  readonly reason?: string;
}

/** What files begin with, as latin1. Those without a reason are pictures, fonts and documents. */
const MAGIC: readonly Magic[] = [
  { bytes: '\x7fELF', reason: 'is a compiled program (ELF)' },
  ...['\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', '\xce\xfa\xed\xfe', '\xcf\xfa\xed\xfe'].map((bytes) => ({
    bytes,
    reason: 'is a compiled program (Mach-O)',
  })),
  { bytes: '\xca\xfe\xba\xbe', reason: 'is a compiled program (Mach-O or Java)' },
  { bytes: 'MZ', reason: 'is a compiled program (Windows)' },
  { bytes: '\0asm', reason: 'is a compiled program (WebAssembly)' },
  { bytes: '!<arch>\n', reason: 'is a compiled library' },
  { bytes: 'PK\x03\x04', reason: 'is an archive (zip, jar, wheel) whose content was not looked through' },
  { bytes: '\x1f\x8b', reason: 'is compressed, its content was not looked through' },
  { bytes: '\xfd7zXZ', reason: 'is compressed, its content was not looked through' },
  { bytes: 'BZh', reason: 'is compressed, its content was not looked through' },
  { bytes: '\x28\xb5\x2f\xfd', reason: 'is compressed, its content was not looked through' },
  { bytes: '7z\xbc\xaf', reason: 'is an archive whose content was not looked through' },
  ...[
    '\x89PNG',
    '\xff\xd8\xff',
    'GIF8',
    'RIFF',
    '\0\0\x01\0',
    'wOFF',
    'wOF2',
    'OTTO',
    '\0\x01\0\0',
    '%PDF',
    'OggS',
    'ID3',
    'BM',
  ].map((bytes) => ({ bytes })),
];

/** Marks of a file with bytes that no text has; undefined for a text. */
function binaryMarks(content: Uint8Array): readonly Mark[] | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const head = bytes.subarray(0, 16).toString('latin1');
  const wide = /^(\xff\xfe|\xfe\xff)/.test(head);
  const magic = MAGIC.find((one) => head.startsWith(one.bytes));
  if (magic?.reason !== undefined && (magic.bytes.length > 3 || bytes.includes(0)))
    return [{ rule: 'binary', level: 'ask', reason: magic.reason }];
  if (!bytes.includes(0) || wide) return undefined;
  if (magic !== undefined) return [{ rule: 'media', level: 'note', reason: 'is a picture, a font or a document' }];
  return [{ rule: 'binary', level: 'ask', reason: 'is no text' }];
}

const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;
const UNSEEN = /[\u{e0020}-\u{e007e}]{8,}/u;

/** Characters that make a text read as something else than what programs take it for. */
function textMarks(before: string, after: string): readonly Mark[] {
  const count = (text: string) => text.match(DIRECTION)?.length ?? 0;
  return [
    ...(count(after) > count(before)
      ? [
          mark(
            `changes the direction of writing in line ${lineOf(after, after.search(DIRECTION))}, so that code reads as what it is not`,
          ),
        ]
      : []),
    ...(UNSEEN.test(after) && !UNSEEN.test(before)
      ? [mark(`has a text that nobody sees in line ${lineOf(after, after.search(UNSEEN))}; a model reads it`)]
      : []),
  ];
}

const mark = (reason: string): Mark => ({ rule: 'hidden-text', level: 'ask', reason });
const lineOf = (text: string, index: number) => text.slice(0, index).split('\n').length;

/**
 * A name server, because the real one knows no test hosts. It answers over UDP and TCP what a function says, so that answers
 * may change from one question to the next, and remembers what it was asked.
 */
import { createSocket } from 'node:dgram';
import { createServer, isIP, type Socket } from 'node:net';

/** One question; `name` is as it was asked, without the last dot. */
export interface Question {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'other';
  readonly over: 'udp' | 'tcp';
}

/** Gives addresses, undefined for a name that does not exist, or 'never' for silence. */
export type Records = (question: Question) => readonly string[] | 'never' | undefined;

/** A running name server. */
export interface DnsServer {
  readonly asked: readonly Question[];
  close(): Promise<void>;
}

const PORT = 53;
const NO_SUCH_NAME = 3;
const TYPES: Readonly<Record<number, Question['type']>> = { 1: 'A', 28: 'AAAA' };

/** Listens on port 53 of `address`, or on another. */
export async function startDnsServer(address: string, records: Records, port = PORT): Promise<DnsServer> {
  const asked: Question[] = [];
  const reply = (message: Buffer, over: Question['over']) => {
    const { question, end } = questionOf(message, over);
    asked.push(question);
    const addresses = records(question);
    return addresses === 'never' ? undefined : answerOf(message.subarray(0, end), question, addresses);
  };
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    const answer = reply(message, 'udp');
    if (answer !== undefined) udp.send(answer, from.port, from.address);
  });
  const open = new Set<Socket>();
  const tcp = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const size = received.readUInt16BE(0);
        const answer = reply(received.subarray(2, 2 + size), 'tcp');
        received = received.subarray(2 + size);
        if (answer !== undefined) socket.write(Buffer.concat([uint16(answer.length), answer]));
      }
    });
  });
  await new Promise<void>((resolve) => udp.bind(port, address, resolve));
  await new Promise<void>((resolve, reject) => tcp.once('error', reject).listen(port, address, resolve));
  return {
    asked,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => udp.close(resolve));
      await new Promise<void>((resolve) => tcp.close(() => resolve()));
    },
  };
}

function questionOf(message: Buffer, over: Question['over']): { readonly question: Question; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let size = message.readUInt8(at); size > 0; size = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + size));
    at += 1 + size;
  }
  const type = TYPES[message.readUInt16BE(at + 1)] ?? 'other';
  return { question: { name: labels.join('.'), type, over }, end: at + 5 };
}

/** The answer to a message of which `asked` is the head and the question. */
function answerOf(asked: Buffer, { type }: Question, addresses: readonly string[] | undefined): Buffer {
  const wanted = (addresses ?? []).filter((one) => isIP(one) === (type === 'A' ? 4 : type === 'AAAA' ? 6 : -1));
  const head = Buffer.from(asked);
  // An answer, recursion is available; then the counts of questions, answers and the rest.
  head.writeUInt16BE(0x8180 | (addresses === undefined ? NO_SUCH_NAME : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(wanted.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...wanted.map(recordOf)]);
}

function recordOf(address: string): Buffer {
  const bytes = isIP(address) === 4 ? Buffer.from(address.split('.').map(Number)) : bytesOfV6(address);
  // The name is that of the question; class IN; to be forgotten at once.
  const type = bytes.length === 4 ? 1 : 28;
  return Buffer.concat([uint16(0xc00c), uint16(type), uint16(1), Buffer.alloc(4), uint16(bytes.length), bytes]);
}

function bytesOfV6(address: string): Buffer {
  const [left = '', right = ''] = address.split('::').map((half) => half);
  const groups = (half: string) => (half === '' ? [] : half.split(':'));
  const gap = Array<string>(8 - groups(left).length - groups(right).length).fill('0');
  const all = [...groups(left), ...(address.includes('::') ? gap : []), ...groups(right)];
  return Buffer.concat(all.map((group) => uint16(Number.parseInt(group, 16))));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

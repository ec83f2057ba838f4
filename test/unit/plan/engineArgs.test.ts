import { describe, expect, it } from 'vitest';
import { engineArgsOf, parseEngineArg, valuesOf } from '../../../src/plan/engineArgs.ts';

describe('--engine-arg', () => {
  it.each([
    ['shm-size=1g', ['shm-size', '1g']],
    ['--ulimit=nofile=1024:2048', ['ulimit', 'nofile=1024:2048']],
    ['--add-host db.corp:10.0.0.5', ['add-host', 'db.corp:10.0.0.5']],
  ])('%s is in the table', (text, expected) => {
    expect(parseEngineArg(text)).toEqual(expected);
  });

  it('keeps all values of a flag that may be given several times, and the last one of any other', () => {
    const args = engineArgsOf(['add-host=a:10.0.0.1', 'shm-size=1g', 'add-host=b:fd00::1', 'shm-size=2g']);
    expect(valuesOf(args, 'add-host')).toEqual(['a:10.0.0.1', 'b:fd00::1']);
    expect(valuesOf(args, 'shm-size')).toEqual(['2g']);
    expect(valuesOf(args, 'dns')).toEqual([]);
  });

  it.each([
    'privileged',
    '--privileged',
    'cap-add=ALL',
    'pid=host',
    'network=host',
    'volume=/:/host',
    'security-opt=seccomp=unconfined',
    'device=/dev/sda',
  ])('%s is refused with the reason', (text) => {
    expect(() => parseEngineArg(text)).toThrow(
      expect.objectContaining({ trouble: 'refused', why: expect.any(String) }),
    );
  });

  it.each(['shm-size=1g --privileged', 'dns=$(id)', 'cgroup-parent=x', '', 'shm-size'])(
    '%s is not understood',
    (text) => {
      expect(() => parseEngineArg(text)).toThrow(/--engine-arg/);
    },
  );
});

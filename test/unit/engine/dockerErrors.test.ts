import { describe, expect, it } from 'vitest';
import { statusOf, TooSlow, toUserError } from '../../../src/engine/docker/errors.ts';
import { UserError } from '../../../src/errors.ts';

const SOCKET = '/var/run/docker.sock';

/** As dockerode throws what the engine answers. */
function answer(statusCode: number, text: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${text} `), { statusCode, json: null });
}

/** As Node throws what happens to a connection. */
function broken(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function told(error: Error): UserError {
  const result = toUserError(error, SOCKET);
  if (!(result instanceof UserError)) throw new Error(`no UserError for ${error.message}`);
  return result;
}

describe('errors of connections', () => {
  const cases: readonly (readonly [string, Error, string, RegExp])[] = [
    ['no socket', broken('ENOENT', 'connect ENOENT /var/run/docker.sock'), 'Docker is not running', /systemctl start/],
    [
      'a socket without a listener',
      broken('ECONNREFUSED', 'connect ECONNREFUSED /var/run/docker.sock'),
      'Docker is not running',
      /Docker Desktop/,
    ],
    [
      'a socket of others',
      broken('EACCES', 'connect EACCES /var/run/docker.sock'),
      'you may not use Docker',
      /usermod -aG docker.*--engine podman/,
    ],
    ['a reset', broken('ECONNRESET', 'socket hang up'), 'the connection to Docker broke', /agentbox ls/],
    ['a broken pipe', broken('EPIPE', 'write EPIPE'), 'the connection to Docker broke', /agentbox attach/],
  ];
  it.each(cases)('%s', (_name, error, what, next) => {
    const { trouble, message, next: steps, cause } = told(error);
    expect({ trouble, message, cause }).toEqual({ trouble: 'engine', message: what, cause: error });
    expect(steps.join('; ')).toMatch(next);
  });

  it('names the socket that did not answer', () => {
    expect(told(broken('ENOENT', 'connect ENOENT /x')).why).toContain(SOCKET);
  });

  it('says what took too long, and how long', () => {
    const error = told(new TooSlow('starting the box', 120_000));
    expect(error.trouble).toBe('engine');
    expect(error.why).toBe('starting the box took longer than 120 s');
  });
});

describe('answers of the engine', () => {
  // Recorded from Docker 20.10 with runc 1.1 and runsc; those marked 26 from Docker 26.
  const cases: readonly (readonly [string, Error, string, string])[] = [
    ['no such image', answer(404, 'No such image: nope:1'), 'image', 'there is no image nope:1'],
    ['no such box', answer(404, 'No such container: d1d08cc44dcc'), 'box', 'there is no box d1d08cc44dcc'],
    ['an unknown runtime', answer(400, 'Unknown runtime specified foo'), 'engine', 'docker has no runtime foo'],
    [
      'an unknown runtime (26)',
      answer(400, 'unknown or invalid runtime name: foo'),
      'engine',
      'docker has no runtime foo',
    ],
    [
      'a name in use',
      answer(
        409,
        'Conflict. The container name "/dup" is already in use by container "a34d41b5c180". You have to remove (or rename) that container to be able to reuse that name.',
      ),
      'box',
      'there is a container dup already',
    ],
    [
      'a mount that is not there',
      answer(400, 'invalid mount config for type "bind": bind source path does not exist: /no pe'),
      'box',
      'Docker cannot mount /no pe',
    ],
    [
      'a runtime that is broken',
      answer(
        400,
        'failed to create shim task: OCI runtime create failed: unable to retrieve OCI runtime error (open /var/run/docker/log.json: no such file or directory): /usr/bin/false did not terminate successfully: exit status 1: unknown',
      ),
      'engine',
      'the runtime could not start the box',
    ],
    [
      'gVisor that cannot start',
      answer(400, 'OCI runtime start failed: starting container: starting root container: urpc failed: unknown'),
      'engine',
      'the runtime could not start the box',
    ],
    [
      'an image without our init, under runc',
      answer(
        400,
        'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/usr/bin/tini": stat /usr/bin/tini: no such file or directory: unknown',
      ),
      'image',
      'the image cannot be a box',
    ],
    [
      'an image without our init, under gVisor',
      answer(
        400,
        'OCI runtime start failed: starting container: starting root container: starting sandbox: creating process: failed to load /usr/bin/tini: no such file or directory: unknown',
      ),
      'image',
      'the image cannot be a box',
    ],
    [
      'a full disk at creation',
      answer(500, 'write /var/lib/docker/overlay2/2b2a962758c3-init/link: no space left on device'),
      'engine',
      'the disk of Docker is full',
    ],
    [
      'a full disk at the start',
      answer(400, 'failed to create shim task: OCI runtime create failed: mkdir /run/x: no space left on device'),
      'engine',
      'the disk of Docker is full',
    ],
    ['a box that has ended', answer(409, 'Container 4dbbd1a1b835 is not running'), 'box', 'the box is not running'],
    [
      'a box that has ended (26)',
      answer(409, 'cannot kill container: d2a6bd19b056: container d2a6bd19b056 is not running'),
      'box',
      'the box is not running',
    ],
    ['anything else', answer(400, 'Minimum memory limit allowed is 6MB'), 'engine', 'Docker refused'],
  ];
  it.each(cases)('%s', (_name, error, trouble, what) => {
    const result = told(error);
    expect([result.trouble, result.message]).toEqual([trouble, what]);
    expect(result.next.length).toBeGreaterThan(0);
    expect(statusOf(result)).toBe((error as Error & { statusCode: number }).statusCode);
  });

  it.each(['failed to create shim task: ', 'failed to create task for container: failed to create shim task: '])(
    'gives the words of the runtime without %s',
    (wrapping) => {
      const error = told(answer(400, `${wrapping}OCI runtime create failed: runc said no: unknown`));
      expect(error.why).toBe('OCI runtime create failed: runc said no');
    },
  );

  it('gives the words of the engine where it knows no story', () => {
    expect(told(answer(400, 'Minimum memory limit allowed is 6MB')).why).toBe('Minimum memory limit allowed is 6MB');
  });
});

describe('everything else', () => {
  it('is a bug, and stays as it is', () => {
    const bug = new TypeError('x is not a function');
    expect(toUserError(bug, SOCKET)).toBe(bug);
  });

  it('is not wrapped twice', () => {
    const error = new UserError('image', 'x');
    expect(toUserError(error, SOCKET)).toBe(error);
  });
});

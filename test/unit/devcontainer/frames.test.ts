// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a devcontainer.json look like that
import { expect, it } from 'vitest';
import { devcontainerFrames } from '../../../src/devcontainer/frames.ts';

const values = (containerEnv: Record<string, string>, remoteEnv: Record<string, string>) =>
  devcontainerFrames({ containerEnv, remoteEnv }, { PATH: '/usr/bin', LANG: 'C' }, { TERM: 'xterm' }).map((frame) =>
    frame.op === 'env' ? `${frame.name}=${frame.value}` : frame.op,
  );

it('a variable may build on those of the image and of the container', () => {
  expect(values({ TOOLS: '/opt/tools' }, { PATH: '${containerEnv:PATH}:${containerEnv:TOOLS}/bin' })).toEqual([
    'TOOLS=/opt/tools',
    'PATH=/usr/bin:/opt/tools/bin',
  ]);
});

it('one that is not there is its default, or nothing', () => {
  expect(values({ A: '${containerEnv:NO:yes}', B: 'x${containerEnv:NO}y', C: '${containerEnv:toString}' }, {})).toEqual(
    ['A=yes', 'B=xy', 'C='],
  );
});

it('what the box sets itself stays as it is', () => {
  expect(values({ TERM: 'dumb', A: 'b' }, {})).toEqual(['A=b']);
});

it('a value is not looked into again', () => {
  expect(values({ A: '${containerEnv:PATH}$&$1' }, { B: '${containerEnv:A}' })).toEqual([
    'A=/usr/bin$&$1',
    'B=/usr/bin$&$1',
  ]);
});

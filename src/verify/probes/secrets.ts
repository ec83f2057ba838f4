import { HOME } from '../../agents/agent.ts';
import { needles } from '../canary.ts';
import type { VerifyFacts } from '../facts.ts';
import { attack, type Probe } from '../probe.ts';

/** G4: the canary is nowhere that it must not be. Pure. */
export function secretsStay({ canary, network, box, platform }: VerifyFacts): readonly Probe[] {
  const hex = needles(canary);
  const brokered = network === 'gateway';
  const nowhere = 'without the gateway a secret reaches the agent, in its environment';
  const state = box.mounts
    .filter(({ purpose }) => purpose !== 'project' && purpose !== 'gateway')
    .map(({ target }) => target);
  const host = (id: string, title: string, expect: Probe['expect'] = { kind: 'fails' }): Probe => ({
    id,
    group: 'G4',
    title,
    expect,
  });
  return [
    attack('G4', 'delivered', `the agent has ${canary.name} (control)`, ['env', canary.name], { kind: 'works' }),
    attack(
      'G4',
      'findable',
      'what it has there is found in its environment (control)',
      ['environs', `@${canary.name}`, 'all'],
      { kind: 'works' },
    ),
    attack(
      'G4',
      'placeholder',
      'what it has there is a placeholder',
      ['holds', canary.name, hex],
      { kind: 'fails' },
      brokered ? undefined : nowhere,
    ),
    attack(
      'G4',
      'environments',
      'the secret is in no environment',
      ['environs', hex, 'all'],
      { kind: 'fails' },
      brokered ? undefined : nowhere,
    ),
    attack('G4', 'pid1', 'it is in the environment of no other process, PID 1 among them', ['environs', hex, 'others']),
    attack('G4', 'files', 'it is in no file of the box', ['grep', hex, '3', '/tmp', '/run', HOME, ...state]),
    host('inspect', 'it is not in what the engine tells of the box'),
    host('logs', 'it is not in the log of the box'),
    host('argv', 'it is on no command line of the host'),
    {
      ...host('host-environments', 'it is in no environment on the host'),
      skip: platform === 'linux' ? undefined : 'only Linux shows the environments of processes',
    },
  ];
}

import type Dockerode from 'dockerode';
import { parseSize } from '../../config/size.ts';
import { valuesOf } from '../../plan/engineArgs.ts';

type ExtraOptions = Pick<Dockerode.HostConfig, 'ShmSize' | 'Ulimits' | 'Dns' | 'DnsSearch' | 'ExtraHosts'>;

/** What each flag of `--engine-arg` is in Docker's words; plan/engineArgs.ts has checked names and values. */
const FLAGS: Readonly<Record<string, (values: readonly string[]) => ExtraOptions>> = {
  'shm-size': ([value = '']) => ({ ShmSize: parseSize(value) }),
  ulimit: (values) => ({ Ulimits: values.map(ulimit) }),
  dns: (values) => ({ Dns: [...values] }),
  'dns-search': (values) => ({ DnsSearch: [...values] }),
  'add-host': (values) => ({ ExtraHosts: [...values] }),
};

/** The part of the host configuration that the flags of a box ask for; throws for a flag that is not in the table. */
export function extraOptions(extra: Readonly<Record<string, string>>): ExtraOptions {
  return Object.assign(
    {},
    ...Object.keys(extra).map((name) => {
      const flag = FLAGS[name];
      if (flag === undefined) throw new Error(`docker: no engine argument ${name}`);
      return flag(valuesOf(extra, name));
    }),
  );
}

/** `nofile=1024:2048` or `nofile=1024`, which sets both. */
function ulimit(value: string): { Name: string; Soft: number; Hard: number } {
  const [name = '', range = ''] = value.split('=');
  const [soft, hard = soft] = range.split(':').map(Number);
  return { Name: name, Soft: soft ?? 0, Hard: hard ?? 0 };
}

import type Dockerode from 'dockerode';
import { UserError } from '../../errors.ts';
import type { BoxSpec, Mount, Tmpfs } from '../../plan/spec.ts';

type MountOptions = Pick<Dockerode.HostConfig, 'Binds' | 'Tmpfs'> & { Mounts: (BindMount | VolumeMount)[] };
type BindMount = Dockerode.MountSettings & { BindOptions: { NonRecursive?: true } };
type VolumeMount = Dockerode.MountSettings;

/**
 * The mounts of a box in Docker's words. Pure; throws UserError for a path with a line break, or with a colon where SELinux
 * must label it.
 */
export function mountOptions(spec: BoxSpec): MountOptions {
  for (const { source, target } of spec.mounts) oneLine([source, target]);
  const labelled = spec.mounts.filter((mount) => relabels(mount, spec));
  return {
    Mounts: spec.mounts.filter((mount) => !labelled.includes(mount)).map(mountOf),
    ...(labelled.length === 0 ? {} : { Binds: labelled.map(bindLine) }),
    Tmpfs: Object.fromEntries(spec.tmpfs.map((tmpfs) => [tmpfs.target, tmpfsLine(tmpfs, spec)])),
  };
}

/** True for a mount that gets the SELinux label of the client; only the older form of binds can ask for that. */
export function relabels(mount: Mount, spec: BoxSpec): boolean {
  return mount.relabel && mount.volume !== true && spec.selinuxLevel !== undefined;
}

function mountOf(mount: Mount): BindMount | VolumeMount {
  return mount.volume ? volumeMount(mount) : bindMount(mount);
}

/** A fresh volume takes content, owner and mode from the image of who may write to it, and from nobody else's. */
function volumeMount({ source, target, write }: Mount): VolumeMount {
  const place = { Type: 'volume', Source: source, Target: target, ReadOnly: !write } as const;
  // dockerode's type wants a driver and labels too; the volume has its own.
  const VolumeOptions = { NoCopy: true } as VolumeMount['VolumeOptions'] & object;
  return write ? place : { ...place, VolumeOptions };
}

function bindMount({ source, target, write }: Mount): BindMount {
  return {
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: !write,
    // What is mounted below a read-only directory would stay writable on engines before 25, so it is left out.
    BindOptions: { Propagation: 'rprivate', ...(write ? {} : { NonRecursive: true }) },
  };
}

function bindLine({ source, target, write }: Mount): string {
  const path = [source, target].find((one) => one.includes(':'));
  if (path !== undefined) {
    throw new UserError('refused', `${path} has a colon in its name`, {
      why: 'with SELinux on, Docker can only label directories without one',
      next: ['rename the directory', 'or use --engine podman'],
    });
  }
  return `${source}:${target}:${write ? 'rw' : 'ro'},Z`;
}

function oneLine(paths: readonly string[]): void {
  const path = paths.find((one) => /[\r\n]/.test(one));
  if (path === undefined) return;
  throw new UserError('refused', `${JSON.stringify(path)} has a line break in its name`, {
    why: 'engines cannot mount such a directory reliably',
    next: ['rename the directory'],
  });
}

/** Docker's own default is noexec and owned by root. */
function tmpfsLine({ size, mode, exec }: Tmpfs, { uid, gid }: BoxSpec): string {
  return `rw,nosuid,nodev,${exec ? 'exec' : 'noexec'},size=${size},mode=${mode.toString(8)},uid=${uid},gid=${gid}`;
}

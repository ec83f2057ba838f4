import type { Degradable } from '../config/profile.ts';
import type { BoxInfo, EngineFacts } from '../engine/engine.ts';
import type { EngineKind } from '../plan/spec.ts';

/** Something that failed, in an error's own words. */
export interface Failure {
  readonly what: string;
  readonly why: string | undefined;
  readonly next: readonly string[];
}

/** One way to find an engine, and what is there. */
export interface EngineReport {
  /** In words: `DOCKER_HOST`, `podman command`. */
  readonly name: string;
  readonly kind: EngineKind;
  readonly state: 'works' | 'absent' | 'broken';
  /** Of an engine that is absent or broken. */
  readonly failure: Failure | undefined;
  readonly facts: EngineFacts | undefined;
  /** This is the one that `agentbox run` takes. */
  readonly chosen: boolean;
  readonly boxes: readonly BoxInfo[];
  /** How gVisor did when a run last tried it; undefined when none did. */
  readonly trial: { readonly works: boolean; readonly why: string } | undefined;
}

/** Free room on the disk of a directory, in bytes. */
export interface Disk {
  readonly path: string;
  readonly purpose: string;
  readonly free: number;
}

/** The image of one agent on the engine in use. */
interface AgentImage {
  /** What it is, with the version that the settings lead to: `claude 2.1.329`. */
  readonly title: string;
  readonly agent: string;
  readonly clients: readonly string[];
  /** When it was built (ISO 8601); undefined: it is not. */
  readonly built: string | undefined;
  /** What the newest other image of the agent is, one made before something changed; undefined: there is none. */
  readonly older: string | undefined;
}

/** What the kernel and its modules allow; undefined in it is what this kernel does not know. */
export interface KernelFacts {
  /** The caller's name. */
  readonly user: string;
  readonly isRoot: boolean;
  readonly wsl: boolean;
  /** user.max_user_namespaces. */
  readonly maxUserNamespaces: number | undefined;
  /** kernel.unprivileged_userns_clone, of Debian's kernels. */
  readonly unprivilegedClone: boolean | undefined;
  /** kernel.apparmor_restrict_unprivileged_userns, of Ubuntu's. */
  readonly apparmorRestricts: boolean | undefined;
  /** AppArmor's profile that lets Podman make them nevertheless is there. */
  readonly podmanProfile: boolean;
  /** Ids that /etc/subuid and /etc/subgid give the caller. */
  readonly subuids: number;
  readonly subgids: number;
  readonly newuidmap: boolean;
  readonly selinux: 'enforcing' | 'permissive' | 'off';
}

/** The gateway of one client on one engine, its keeper and the boxes that need it. */
export interface GatewayFacts {
  readonly client: string;
  readonly kind: EngineKind;
  /** `current`: made of the image that a run would take now. */
  readonly container:
    | { readonly state: BoxInfo['state']; readonly created: string; readonly current: boolean }
    | undefined;
  /** `silent`: it listens and does not answer. */
  readonly keeper: { readonly version: string } | 'silent' | undefined;
  /** The running ones, by name. */
  readonly boxes: readonly string[];
}

/** The keychain, without having asked it for a secret. */
export interface KeychainFacts {
  readonly state: 'ready' | 'locked' | 'absent' | 'unusable';
  readonly why: string | undefined;
  readonly next: readonly string[];
}

/** All that the doctor looks at; plain data, so that a machine can be judged that is not this one. */
export interface DoctorFacts {
  readonly platform: NodeJS.Platform;
  readonly version: string;
  readonly now: string;
  readonly settings: { readonly file: string; readonly exists: boolean; readonly failure: Failure | undefined };
  readonly clients: readonly string[];
  /** Folders that belong to clients, and the one where the caller is. */
  readonly projects: readonly string[];
  /** Limits that every client gave up by name. */
  readonly givenUp: readonly Degradable[];
  /** Clients that have state and are no longer in the settings. */
  readonly forgotten: readonly string[];
  readonly engines: readonly EngineReport[];
  /** Why the engine in use cannot be told. */
  readonly noEngine: Failure | undefined;
  /** Some client's settings take a value from the keychain. */
  readonly usesKeychain: boolean;
  readonly keychain: KeychainFacts;
  readonly disks: readonly Disk[];
  /** Proxy variables that are set, by name; never with their values. */
  readonly proxies: readonly { readonly name: string; readonly local: boolean; readonly password: boolean }[];
  /** How many extra authorities of this machine images get. */
  readonly authorities: number;
  /** Variables that name a file of authorities of which images get nothing. */
  readonly missedAuthorities: readonly { readonly variable: string; readonly file: string }[];
  readonly kernel: KernelFacts | undefined;
  readonly gateways: readonly GatewayFacts[];
  readonly images: readonly AgentImage[];
  /** Images of agentbox that nothing uses any more. */
  readonly staleImages: number;
}

/** A build of the user's: on any image, ours or not. */
export interface UserBuild {
  /** The text of the Dockerfile. */
  readonly dockerfile: string;
  /** The directory that is the build context; absolute. */
  readonly context: string;
  readonly args: Readonly<Record<string, string>>;
  /** The stage to end with; undefined: the last. */
  readonly target: string | undefined;
  /** A real path that holds the context: what is found outside of it is never read. Absent: the context itself. */
  readonly root?: string;
  /** Stands for the content of the context, in its place: other content builds nothing anew. */
  readonly key?: string;
}

/** What the user wants to work in, in the place of our base: an image by tag, digest or id, or one that is built. */
export type UserImage = { readonly image: string } | { readonly build: UserBuild };

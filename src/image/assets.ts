/** One file of images/. */
interface Asset {
  readonly content: string;
  readonly mode: number;
}

/** Files by path: `base/Dockerfile`. */
export type Assets = Readonly<Record<string, Asset>>;

/** The pinned versions, images/versions.json. */
export interface Pins {
  readonly from: string;
  readonly agents: Readonly<Record<string, string>>;
}

/** The files of images/, from the bundle or the source tree. */
export async function loadAssets(): Promise<Assets> {
  const { images } = await import('./embedded.ts');
  return images;
}

/** The files of one folder, by their paths in it; throws when there is no such folder. */
export function folderOf(assets: Assets, folder: string): Assets {
  const own = Object.entries(assets).filter(([path]) => path.startsWith(`${folder}/`));
  if (own.length === 0) throw new Error(`images/ has no folder ${folder}`);
  return Object.fromEntries(own.map(([path, asset]) => [path.slice(folder.length + 1), asset]));
}

/** What versions.json pins. */
export function pinsOf(assets: Assets): Pins {
  const pins = assets['versions.json'];
  if (pins === undefined) throw new Error('images/ has no versions.json');
  return JSON.parse(pins.content) as Pins;
}

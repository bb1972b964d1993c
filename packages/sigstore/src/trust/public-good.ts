import type { TufRepository } from "./fetch-trusted-root.ts";

const url = "https://tuf-repo-cdn.sigstore.dev";

/**
 * The repository of the public Sigstore, with the root that comes with `@sigstore/tuf`. The trusted root that comes
 * with it too is not used: it is as old as the package (kwctl-and-oci 16.1).
 */
export async function publicGoodRepository(): Promise<TufRepository> {
  const { default: seeds } = await import("@sigstore/tuf/seeds.json", { with: { type: "json" } });
  return { url, root: Buffer.from(seeds[url]["root.json"], "base64") };
}

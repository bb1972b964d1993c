/**
 * The trusted root of the public Sigstore, as old as the package `@sigstore/tuf`: good enough for signatures that are
 * older still.
 * @returns JSON
 */
export async function publicGoodTrustedRoot(): Promise<string> {
  const { default: seeds } = await import("@sigstore/tuf/seeds.json", { with: { type: "json" } });
  const { targets } = seeds["https://tuf-repo-cdn.sigstore.dev"];
  return Buffer.from(targets["trusted_root.json"], "base64").toString("utf8");
}

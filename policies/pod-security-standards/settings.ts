import * as v from "valibot";

const names = v.optional(v.array(v.string()), []);

const Version = v.pipe(
  v.string(),
  v.check(
    (text) => /^(latest|v1\.(0|[1-9][0-9]*))$/.test(text),
    ({ input }) => `version: expected latest or v1.<minor>, got "${input}"`,
  ),
);

export const Settings = v.strictObject({
  level: v.picklist(["baseline", "restricted"]),
  /** Of Kubernetes, whose standards change with it. */
  version: v.optional(Version, "latest"),
  exemptions: v.optional(
    v.strictObject({
      /** Names of users who may do anything. */
      users: names,
      namespaces: names,
      runtimeClasses: names,
    }),
    {},
  ),
});
export type Settings = v.InferOutput<typeof Settings>;
export type Level = Settings["level"];

/** The minor version; infinity for `latest`. */
export function minorOf(version: string): number {
  return version === "latest" ? Number.POSITIVE_INFINITY : Number(version.slice("v1.".length));
}

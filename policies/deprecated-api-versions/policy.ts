import { accept, definePolicy, reject } from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { type Deprecation, deprecations } from "./deprecations.ts";
import { isAtLeast, parseVersion, type Version } from "./kubernetes-version.ts";

const KubernetesVersion = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): Version => {
    const version = parseVersion(dataset.value);
    if (version !== undefined) return version;
    addIssue({
      message: `kubernetes_version: expected a version like 1.22.0, got ${JSON.stringify(dataset.value)}`,
    });
    return NEVER;
  }),
);

const Settings = v.object({
  kubernetes_version: KubernetesVersion,
  /** Whether what is deprecated and not removed yet is refused. */
  deny_on_deprecation: v.optional(v.boolean(), true),
});

export const policy = definePolicy({
  settings: Settings,
  check: ({ kubernetes_version: { numbers } }) =>
    // What a form may hold that nobody has filled in.
    numbers.join(".") === "0.0.1" ? "Please provide a kubernetes version" : undefined,
  validate({ kind: { group, version, kind } }, settings) {
    const apiVersion = group === "" ? version : `${group}/${version}`;
    const found = deprecations.find((entry) => entry.apiVersion === apiVersion && entry.kinds.includes(kind));
    if (found === undefined) return accept();
    const isSince = (release: string | undefined) => reaches(settings.kubernetes_version, release);
    const refused = isSince(found.removedIn) || (settings.deny_on_deprecation && isSince(found.deprecatedIn));
    return refused ? reject(problemText(found, kind)) : accept();
  },
});

function reaches(version: Version, release: string | undefined): boolean {
  const parsed = release === undefined ? undefined : parseVersion(release);
  return parsed !== undefined && isAtLeast(version, parsed);
}

function problemText({ apiVersion, deprecatedIn, removedIn, replacedBy }: Deprecation, kind: string): string {
  const sentences = [
    `${apiVersion} ${kind} cannot be used.`,
    deprecatedIn === undefined ? undefined : `It has been deprecated starting from ${deprecatedIn}.`,
    removedIn === undefined ? undefined : `It has been removed starting from ${removedIn}.`,
    replacedBy === undefined ? undefined : `It has been replaced by ${replacedBy}.`,
  ];
  return sentences.filter((sentence) => sentence !== undefined).join(" ");
}

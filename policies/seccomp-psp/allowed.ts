import * as v from "valibot";

const names = v.optional(v.array(v.string()), []);

export const Settings = v.object({
  /** Values of annotations, as before Kubernetes 1.19: `runtime/default`, `localhost/<file>`, `unconfined`. */
  allowed_profiles: names,
  profile_types: names,
  localhost_profiles: names,
});
export type Settings = v.InferOutput<typeof Settings>;

/** What pods may ask for. */
export interface Allowed {
  /** Values of annotations. */
  readonly annotations: readonly string[];
  readonly types: readonly string[];
  readonly localhostProfiles: readonly string[];
}

const types = ["RuntimeDefault", "Localhost", "Unconfined"];
const localhost = "localhost/";

/** The text of what is wrong with the settings. */
export function checkSettings({ profile_types, localhost_profiles }: Settings): string | undefined {
  const unknown = profile_types.find((type) => !types.includes(type));
  if (unknown !== undefined) return `Invalid Seccomp profile type: ${unknown}`;
  if (!profile_types.includes("Localhost") || localhost_profiles.length > 0) return undefined;
  return "Seccomp type 'Localhost' requires some 'localhost_profiles' value ";
}

/** What the settings allow. Profiles count for annotations and for fields, types for fields only. */
export function allowedBy({ allowed_profiles, profile_types, localhost_profiles }: Settings): Allowed {
  const files = allowed_profiles.filter((profile) => profile.startsWith(localhost));
  return {
    annotations: allowed_profiles,
    types: [...profile_types, ...allowed_profiles.flatMap((profile) => typeOf(profile) ?? [])],
    localhostProfiles: [...localhost_profiles, ...files.map((profile) => profile.slice(localhost.length))],
  };
}

function typeOf(profile: string): string | undefined {
  if (profile === "runtime/default" || profile === "docker/default") return "RuntimeDefault";
  if (profile === "unconfined") return "Unconfined";
  return profile.startsWith(localhost) ? "Localhost" : undefined;
}

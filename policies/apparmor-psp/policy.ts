import {
  type AdmissionRequest,
  accept,
  definePolicy,
  hasPodSpec,
  type Part,
  partIn,
  partOf,
  partsIn,
  podTemplateIn,
  reject,
  rejectUnreadable,
  requirePodTemplate,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const annotationPrefix = "container.apparmor.security.beta.kubernetes.io/";
const lists = ["containers", "initContainers", "ephemeralContainers"];

export const policy = definePolicy({
  settings: v.object({
    /** As annotations name them: `runtime/default`, `unconfined`, `localhost/<profile>`. */
    allowed_profiles: v.optional(v.array(v.string()), []),
  }),
  validate: (request, { allowed_profiles: allowed }) =>
    rejectUnreadable(() => {
      if (request.object == null) return accept();
      const template = templateOfKnownKind(request);
      const found = [...annotatedProfiles(template), ...fieldProfiles(partIn(template, "spec"))];
      const forbidden = [...new Set(found)].filter((profile) => !allowed.includes(profile)).sort();
      if (forbidden.length === 0) return accept();
      const names = forbidden.map((profile) => JSON.stringify(profile)).join(", ");
      return reject(`These AppArmor profiles are not allowed: [${names}]`);
    }),
});

function templateOfKnownKind(request: AdmissionRequest): Part | undefined {
  return hasPodSpec(request.object) ? podTemplateIn(request) : partOf(requirePodTemplate(request));
}

function annotatedProfiles(template: Part | undefined): string[] {
  const annotations = partIn(partIn(template, "metadata"), "annotations");
  return Object.keys(annotations?.fields ?? {})
    .filter((name) => name.startsWith(annotationPrefix))
    .map((name) => stringIn(annotations, name) ?? "");
}

function fieldProfiles(spec: Part | undefined): string[] {
  const containers = lists.flatMap((list) => partsIn(spec, list));
  return [spec, ...containers]
    .map((owner) => partIn(partIn(owner, "securityContext"), "appArmorProfile"))
    .filter((profile) => profile !== undefined)
    .map(annotationForm);
}

/** What a profile of a field is called in annotations, where settings have the names from. */
function annotationForm(profile: Part): string {
  const type = stringIn(profile, "type") ?? "";
  if (type === "RuntimeDefault") return "runtime/default";
  if (type === "Unconfined") return "unconfined";
  return type === "Localhost" ? `localhost/${stringIn(profile, "localhostProfile") ?? ""}` : type;
}

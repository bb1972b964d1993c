import {
  type AdmissionRequest,
  accept,
  definePolicy,
  type KubernetesObject,
  mutate,
  partIn,
  partOf,
  reject,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const names = v.nullish(v.array(v.string()));
const Settings = v.object({
  deniedStorageClasses: names,
  allowedStorageClasses: names,
  fallbackStorageClass: v.nullish(v.string()),
});
type Settings = v.InferOutput<typeof Settings>;

/** Where the class stood before `spec.storageClassName`; where it is set it counts more. */
const betaAnnotation = "volume.beta.kubernetes.io/storage-class";

export const policy = definePolicy({
  settings: Settings,
  check: findSettingsProblem,
  validate(request, settings) {
    const { object } = request;
    if (object == null || !isClaim(request)) return accept();
    try {
      return judge(object, settings);
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject(error.message);
      throw error;
    }
  },
});

/** What request or object says is enough: an object without kind is of the kind it is created as. */
function isClaim({ kind, object }: AdmissionRequest): boolean {
  return kind.kind === "PersistentVolumeClaim" || object?.kind === "PersistentVolumeClaim";
}

function judge(object: KubernetesObject, settings: Settings): Verdict {
  const spec = partIn(partOf(object), "spec");
  const annotations = partIn(partIn(partOf(object), "metadata"), "annotations");
  const name = stringIn(spec, "storageClassName") ?? "";
  const annotated = stringIn(annotations, betaAnnotation);
  const refused = [name, annotated].find((found) => found !== undefined && !isAllowed(found, settings));
  if (refused === undefined) return accept();
  const fallback = settings.fallbackStorageClass;
  if (fallback == null) return reject(`storage class ${JSON.stringify(refused)} is not allowed`);
  if (!isAllowed(name, settings))
    object.spec = Object.assign(spec?.fields ?? {}, { storageClassName: fallback });
  if (annotated !== undefined && !isAllowed(annotated, settings)) {
    Object.assign(annotations?.fields ?? {}, { [betaAnnotation]: fallback });
  }
  return mutate(object);
}

function isAllowed(name: string, { deniedStorageClasses, allowedStorageClasses }: Settings): boolean {
  return deniedStorageClasses?.includes(name) !== true && allowedStorageClasses?.includes(name) !== false;
}

function findSettingsProblem(settings: Settings): string | undefined {
  const {
    deniedStorageClasses: denied,
    allowedStorageClasses: allowed,
    fallbackStorageClass: fallback,
  } = settings;
  if (denied == null && allowed == null) {
    return "One of deniedStorageClasses or allowedStorageClasses must be set";
  }
  if (denied != null && allowed != null) {
    return "Only one of deniedStorageClasses or allowedStorageClasses can be set";
  }
  if (denied?.length === 0) return "deniedStorageClasses cannot be empty";
  if (allowed?.length === 0) return "allowedStorageClasses cannot be empty";
  if (fallback == null) return undefined;
  if (denied?.includes(fallback)) return "fallbackStorageClass cannot be in deniedStorageClasses";
  return allowed?.includes(fallback) === false
    ? "fallbackStorageClass must be in allowedStorageClasses"
    : undefined;
}

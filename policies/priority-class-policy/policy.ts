import {
  accept,
  definePolicy,
  mutate,
  partOf,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const Settings = v.object({
  allowed_priority_classes: v.optional(v.array(v.string()), []),
  denied_priority_classes: v.optional(v.array(v.string()), []),
  default_priority_class: v.nullish(v.string()),
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check: findSettingsProblem,
  validate(request, settings) {
    try {
      const spec = requirePodSpec(request);
      if (spec === undefined || request.object == null) return accept();
      const name = stringIn(partOf(spec), "priorityClassName");
      if (name !== undefined) return judge(name, settings);
      if (settings.default_priority_class == null) return accept();
      spec.priorityClassName = settings.default_priority_class;
      return mutate(request.object);
    } catch (error) {
      if (!(error instanceof UnreadableObjectError)) throw error;
      return reject(`Priority class policy failed to extract PodSpec from the request : ${error.message}`);
    }
  },
});

function judge(
  name: string,
  { allowed_priority_classes: allowed, denied_priority_classes: denied }: Settings,
) {
  if (denied.includes(name)) return reject(`Priority class ${JSON.stringify(name)} is denied`);
  if (allowed.length === 0 || allowed.includes(name)) return accept();
  return reject(`Priority class ${JSON.stringify(name)} is not allowed`);
}

function findSettingsProblem(settings: Settings): string | undefined {
  const { allowed_priority_classes: allowed, denied_priority_classes: denied } = settings;
  const fallback = settings.default_priority_class;
  if (allowed.length > 0 && denied.length > 0) {
    return "Both allowed and denied priority class lists cannot be set at the same time";
  }
  if (allowed.length === 0 && denied.length === 0) return "The priority class lists cannot be empty";
  if (fallback == null) return undefined;
  if (fallback === "") return "The default priority class cannot be an empty string";
  if (allowed.length > 0 && !allowed.includes(fallback)) {
    return `The default priority class '${fallback}' is not in the allowed priority classes list`;
  }
  if (!denied.includes(fallback)) return undefined;
  return `The default priority class '${fallback}' cannot be defined in the denied priority classes list`;
}

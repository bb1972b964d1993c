import {
  accept,
  containersIn,
  definePolicy,
  mutate,
  type Part,
  partIn,
  partOf,
  partsIn,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const maxNdots = 4_294_967_295;
const name = "ndots";

export const policy = definePolicy({
  settings: v.object({
    ndots: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxNdots)), 1),
  }),
  validate(request, { ndots }) {
    const { kind, object } = request;
    if (kind.kind !== "Pod") return accept();
    try {
      const spec = requirePodSpec(request);
      // A spec that no API server would take is refused as a whole.
      containersIn(spec ?? {});
      const part = partOf(spec);
      return part && object && setNdots(part, String(ndots)) ? mutate(object) : accept();
    } catch (error) {
      throw error instanceof UnreadableObjectError ? new Error(error.message, { cause: error }) : error;
    }
  },
});

/** Edits the options in place. @returns whether there was something to edit */
function setNdots(spec: Part, value: string): boolean {
  const config = partIn(spec, "dnsConfig");
  const options = partsIn(config, "options");
  const found = options.filter((option) => stringIn(option, "name") === name);
  const wrong = found.filter((option) => stringIn(option, "value") !== value);
  for (const { fields } of wrong) fields["value"] = value;
  if (found.length > 0) return wrong.length > 0;
  const present = options.map(({ fields }) => fields);
  spec.fields["dnsConfig"] = { ...config?.fields, options: [...present, { name, value }] };
  return true;
}

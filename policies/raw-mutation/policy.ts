import {
  accept,
  defineRawPolicy,
  mutate,
  partOf,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const members = ["user", "action", "resource"];

export const policy = defineRawPolicy({
  settings: v.object({
    forbiddenResources: v.optional(v.array(v.string()), []),
    defaultResource: v.optional(v.string(), ""),
  }),
  check({ forbiddenResources, defaultResource }) {
    const refused = "Provided settings are not valid: defaultResource cannot be";
    if (defaultResource === "") return `${refused} empty`;
    return forbiddenResources.includes(defaultResource) ? `${refused} forbidden` : undefined;
  },
  // A request of another shape is answered, not an error.
  request: v.unknown(),
  validate: (request, { forbiddenResources, defaultResource }) =>
    rejectUnreadable(() => {
      const deed = partOf(request, "request");
      if (deed === undefined) return accept();
      const unknown = Object.keys(deed.fields).find((name) => !members.includes(name));
      if (unknown !== undefined)
        return reject(`json: unknown field ${JSON.stringify(unknown)}`, { code: 400 });
      const [, , resource = ""] = members.map((name) => stringIn(deed, name));
      if (!forbiddenResources.includes(resource)) return accept();
      deed.fields["resource"] = defaultResource;
      return mutate(deed.fields);
    }),
});

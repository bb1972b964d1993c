import { accept, defineRawPolicy, reject } from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const names = v.optional(v.array(v.string()), []);

const Deed = v.object({ user: v.string(), action: v.string(), resource: v.string() });

export const policy = defineRawPolicy({
  settings: v.object({ validUsers: names, validActions: names, validResources: names }),
  check({ validUsers, validActions, validResources }) {
    if (validUsers.length === 0) return "valid_users cannot be empty";
    if (validActions.length === 0) return "valid_actions cannot be empty";
    return validResources.length === 0 ? "valid_resources cannot be empty" : undefined;
  },
  // A request that is no deed is answered, not an error.
  request: v.unknown(),
  validate(request, { validUsers, validActions, validResources }) {
    const deed = v.safeParse(Deed, request);
    if (!deed.success) return reject("cannot unmarshal request");
    const { user, action, resource } = deed.output;
    const valid =
      validUsers.includes(user) && validActions.includes(action) && validResources.includes(resource);
    return valid ? accept() : reject("this request is not accepted");
  },
});

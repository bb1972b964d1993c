import {
  accept,
  definePolicy,
  partIn,
  partOf,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

export const policy = definePolicy({
  settings: v.object({}),
  validate: ({ object }) =>
    rejectUnreadable(() => {
      const type = stringIn(partIn(partOf(object), "spec"), "type");
      return type === "NodePort" ? reject("Service of type NodePort are not allowed") : accept();
    }),
});

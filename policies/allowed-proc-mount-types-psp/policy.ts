import {
  accept,
  definePolicy,
  partIn,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

export const policy = definePolicy({
  settings: v.object({ allow_unmasked_proc_mount_type: v.optional(v.boolean(), false) }),
  validate: (request, { allow_unmasked_proc_mount_type }) =>
    rejectUnreadable(() => {
      if (allow_unmasked_proc_mount_type) return accept();
      const spec = podSpecIn(request);
      const procMounts = ["containers", "initContainers", "ephemeralContainers"]
        .flatMap((list) => partsIn(spec, list))
        .map((container) => stringIn(partIn(container, "securityContext"), "procMount"));
      if (!procMounts.includes("Unmasked")) return accept();
      return reject("Pod has at least one container with Unmasked procMount");
    }),
});

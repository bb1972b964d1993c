import {
  accept,
  booleanIn,
  definePolicy,
  partOf,
  partsIn,
  reject,
  requirePodSpec,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

export const policy = definePolicy({
  settings: v.object({}),
  validate(request) {
    try {
      const spec = partOf(requirePodSpec(request));
      // Pods whose containers cannot be read are refused as the original refuses them.
      for (const list of ["containers", "initContainers", "ephemeralContainers"]) partsIn(spec, list);
      const shared = booleanIn(spec, "shareProcessNamespace") === true;
      return shared ? reject("pod cannot share host PID namespace") : accept();
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("cannot parse validation request");
      throw error;
    }
  },
});

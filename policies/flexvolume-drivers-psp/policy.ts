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
  settings: v.object({ allowedFlexVolumes: v.optional(v.array(v.object({ driver: v.string() })), []) }),
  validate: (request, { allowedFlexVolumes }) =>
    rejectUnreadable(() => {
      const allowed = allowedFlexVolumes.map(({ driver }) => driver);
      const drivers = partsIn(podSpecIn(request), "volumes")
        .map((volume) => partIn(volume, "flexVolume"))
        .filter((flexVolume) => flexVolume !== undefined)
        .map((flexVolume) => stringIn(flexVolume, "driver") ?? "");
      if (drivers.every((driver) => allowed.includes(driver))) return accept();
      return reject("Pod has at least one invalid flex volume driver");
    }),
});

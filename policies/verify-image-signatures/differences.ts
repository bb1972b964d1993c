import type { Difference } from "../difference.ts";

const verified = `sha256:${"9".repeat(64)}`;
const other = `sha256:${"1".repeat(64)}`;

/** Requests that cannot be read. */
const unreadable: readonly (readonly [string, string])[] = [
  ["pod-containers-string", "containers: expected array, got string"],
  ["pod-object-says-deployment", "the request says Pod, its object Deployment"],
];

const emptyImage = JSON.stringify(
  'image: Validation error: length [{"min": Number(1), "value": String("")}]',
);

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "what a text says of a value stands in a fixed order; the original's order is random",
    settings: ["s26"],
    settingsMessage: `Pub key signature for image : ${emptyImage}; Keyless signature for image : ${emptyImage}`,
  },
  {
    reason: "a container without image has none to verify; the original crashes",
    requests: ["image-missing", "image-null"],
    answer: { allowed: true },
  },
  ...unreadable.map(([request, message]) => ({
    reason: "what cannot be read is refused; the original accepts it",
    requests: [request],
    answer: { allowed: false, code: 400, message },
  })),
  {
    reason:
      "an answer of the host that says the image is not trusted counts; the original does not look at it",
    settings: ["s0", "t1", "t3", "t5"],
    requests: ["host-0"],
    answer: {
      allowed: false,
      message:
        "Resource web is not accepted: verification of image registry.test/shop/app:1.4 failed: error invoking host capability oci.verify: Host error: unexpected answer of the host: is_trusted: Invalid type: Expected true but received false",
    },
  },
  {
    reason:
      "signatures of another digest than the image has are none; the original writes a second digest to it",
    settings: ["s0"],
    requests: ["host-32"],
    answer: {
      allowed: false,
      message: `Resource web is not accepted: verification of image registry.test/shop/app@${other} failed: the signatures are of ${verified}, not of ${other}`,
    },
  },
];

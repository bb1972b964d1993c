import type { Difference } from "../difference.ts";

const images = "not allowed, reported errors: images not allowed: ";
const registries = "not allowed, reported errors: registries not allowed: ";

/** Requests, and what stands there for an image. */
const noReferences: readonly (readonly [string, string])[] = [
  ["image-bad-digest", "nginx@sha256:123"],
  ["image-bad-tag", "registry.test/shop/app:bad tag"],
  ["image-long-tag", `registry.test/app:${"t".repeat(129)}`],
  ["image-scheme", "https://registry.test/a"],
  ["image-unicode", "registry.test/größe/app:1"],
  ["image-upper-repo", "registry.test/Shop/app:1"],
  ["good-and-unparsable", "!!!, registry.test/shop/app:1.4"],
];

/** Settings, and what is said when no container is passed over. */
const withoutImage: readonly (readonly [readonly string[], string, string])[] = [
  [["s24"], "init-one-without-image", `${images}evil.example/i:1, registry.test/shop/app:1.4`],
  [["s22"], "init-one-without-image", `${registries}evil.example, registry.test`],
  [["s11", "s28"], "ephemeral-one-without-image", `${images}evil.example/i:1, registry.test/shop/app:1.4`],
  [["s23"], "ephemeral-one-without-image", `${registries}evil.example; images not allowed: evil.example/i:1`],
];

/** Requests that cannot be read. */
const unreadable: readonly (readonly [string, string])[] = [
  ["pod-object-list", "the object is a list"],
  ["pod-object-says-deployment", "the request says Pod, its object Deployment"],
  ["pod-containers-string", "containers: expected array, got string"],
  ["image-number", "containers[0].image: expected string, got number"],
];

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  ...noReferences.map(([request, text]) => ({
    reason: "what is no image reference is not allowed; the original passes over it",
    // Those that limit nothing accept it as well.
    settings: ["s4", "s6", "s12", "s14", "s15", "s16", "s19", "s20", "s21", "s22"],
    requests: [request],
    answer: { allowed: false, message: `${images}${text}` },
  })),
  ...withoutImage.map(([settings, request, message]) => ({
    reason: "the containers beside one without image are looked at",
    settings,
    requests: [request],
    answer: { allowed: false, message },
  })),
  ...unreadable.map(([request, message]) => ({
    reason: "what cannot be read is refused; the original accepts it",
    requests: [request],
    answer: { allowed: false, code: 400, message },
  })),
  {
    reason: "an image by digest has no tag; the original takes it for latest",
    settings: ["s9", "s20"],
    requests: ["image-digest"],
    answer: { allowed: true },
  },
  {
    reason: "an image by digest has no tag; the original takes it for latest",
    settings: ["s9"],
    requests: ["image-short-digest"],
    answer: { allowed: true },
  },
  {
    reason: "an image by digest has no tag; the original takes it for latest",
    settings: ["s20"],
    requests: ["image-short-digest"],
    answer: { allowed: false, message: `${registries}docker.io` },
  },
  {
    reason: "the kind of the object counts where the request names another one",
    settings: ["s9"],
    requests: ["kind-lower-case"],
    answer: { allowed: false, message: "not allowed, reported errors: tags not allowed: latest" },
  },
];

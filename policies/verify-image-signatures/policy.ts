import {
  accept,
  definePolicy,
  mutate,
  type Part,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import { glob } from "@kubewarden-ts/policy-sdk/glob";
import * as v from "valibot";
import { imageNames } from "./image-names.ts";
import { Signature } from "./signature.ts";
import { findSignatureProblems } from "./signature-problems.ts";
import { verifyImage } from "./verification.ts";

const Settings = v.object({
  signatures: v.optional(v.array(Signature), []),
  modifyImagesWithDigest: v.optional(v.boolean(), true),
  rejectUnmatched: v.optional(v.boolean(), false),
});
type Settings = v.InferOutput<typeof Settings>;

const lists = ["containers", "initContainers", "ephemeralContainers"] as const;

export const policy = definePolicy({
  settings: Settings,
  check: ({ signatures }) => findSignatureProblems(signatures),
  validate: (request, settings) =>
    rejectUnreadable(() => {
      const spec = podSpecIn(request);
      const results = lists.flatMap((list) => partsIn(spec, list)).map(judgeWith(settings));
      const problems = results.flatMap((result) => result.problems);
      if (problems.length > 0) {
        return reject(`Resource ${request.name ?? ""} is not accepted: ${problems.join(", ")}`);
      }
      const changed = results.some((result) => result.changed);
      return changed && request.object ? mutate(request.object) : accept();
    }),
});

interface Judgement {
  readonly problems: readonly string[];
  readonly changed: boolean;
}

/** Judges a container, and writes the digest to it in place. */
function judgeWith({ signatures, modifyImagesWithDigest, rejectUnmatched }: Settings) {
  const entries = signatures.map((signature) => ({ signature, pattern: glob(signature.image) }));
  return (container: Part): Judgement => {
    const image = stringIn(container, "image");
    // Kubernetes takes an empty image for a missing one, and there is none to verify.
    if (!image) return { problems: [], changed: false };
    const names = imageNames(image);
    const matching = entries.filter(({ pattern }) => names.all.some((name) => pattern.matches(name)));
    if (matching.length === 0) {
      return { problems: rejectUnmatched ? [`no signature is set for image ${image}`] : [], changed: false };
    }
    const wanted = matching.map(({ signature }) => signature);
    const { problems, digest } = verifyImage(image, wanted, names.digest);
    const changed = modifyImagesWithDigest && names.digest === undefined && digest !== undefined;
    if (changed) container.fields["image"] = `${image}@${digest}`;
    return {
      problems: problems.map((text) => `verification of image ${image} failed: ${text}`),
      changed,
    };
  };
}

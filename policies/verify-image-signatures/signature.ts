import * as v from "valibot";

const texts = v.nullish(v.array(v.string()));
// For a schema a list is an object too, and none of its items would be asked for.
const isNoList = v.check((value) => !Array.isArray(value), "annotations: expected object, got array");
const Annotations = v.pipe(v.unknown(), isNoList, v.record(v.string(), v.string()));

/** How images are to be signed: everything an entry names has to hold. */
export const Signature = v.object({
  /** A text with `*` and `?`. */
  image: v.string(),
  /** In PEM. */
  pubKeys: texts,
  keyless: v.nullish(v.array(v.object({ issuer: v.string(), subject: v.string() }))),
  keylessPrefix: v.nullish(v.array(v.object({ issuer: v.string(), url_prefix: v.string() }))),
  githubActions: v.nullish(v.object({ owner: v.string(), repo: v.nullish(v.string()) })),
  /** In PEM. */
  certificates: texts,
  /** In PEM, the root last. */
  certificateChain: texts,
  requireRekorBundle: v.nullish(v.boolean()),
  /** What each signature has to carry. */
  annotations: v.nullish(Annotations),
});
export type Signature = v.InferOutput<typeof Signature>;

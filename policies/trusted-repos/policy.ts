import {
  accept,
  definePolicy,
  type Part,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import { glob } from "@kubewarden-ts/policy-sdk/glob";
import * as v from "valibot";
import { findEntryProblem, readEntry, readImage } from "./image-entry.ts";

const names = v.optional(v.array(v.string()), []);
const Settings = v.object({
  registries: v.optional(group("registries", { allow: names, reject: names }), {}),
  tags: v.optional(group("tags", { reject: names }), {}),
  images: v.optional(group("images", { allow: names, reject: names }), {}),
});
type Settings = v.InferOutput<typeof Settings>;

const lists = ["containers", "initContainers", "ephemeralContainers"] as const;

export const policy = definePolicy({
  settings: Settings,
  check: findSettingsProblem,
  validate: (request, settings) =>
    rejectUnreadable(() => {
      const problems = findProblems(imagesOf(podSpecIn(request)), settings);
      return problems.length === 0
        ? accept()
        : reject(`not allowed, reported errors: ${problems.join("; ")}`);
    }),
});

/** An object of the settings; lists are none. */
function group<const Entries extends v.ObjectEntries>(name: string, entries: Entries) {
  const isNoList = v.check((value) => !Array.isArray(value), `${name}: expected object, got array`);
  return v.pipe(v.unknown(), isNoList, v.object(entries));
}

function findSettingsProblem({ registries, tags, images }: Settings): string | undefined {
  const both = "allow or reject can be provided";
  const badTags = tags.reject.filter((tag) => !/^[\w*?][\w.*?-]{0,127}$/.test(tag));
  const problems = [
    registries.allow.length > 0 && registries.reject.length > 0 && `only one of registries ${both}`,
    images.allow.length > 0 && images.reject.length > 0 && `only one of images ${both}`,
    badTags.length > 0 &&
      `tags ${listed(badTags)} are invalid, they must be valid OCI tags or wildcard patterns`,
    ...[...images.allow, ...images.reject].map((image) => {
      const problem = findEntryProblem(image);
      return problem !== undefined && `image ${JSON.stringify(image)} is invalid: ${problem}`;
    }),
  ].filter((problem) => problem !== false);
  return problems.length === 0 ? undefined : problems.join(", ");
}

function listed(texts: readonly string[]): string {
  const sorted = [...new Set(texts)].sort();
  return `[${sorted.map((text) => JSON.stringify(text)).join(", ")}]`;
}

/** Kubernetes takes an empty image for a missing one, and there is none to judge. */
function imagesOf(spec: Part | undefined): string[] {
  const containers = lists.flatMap((list) => partsIn(spec, list));
  return containers.flatMap((container) => stringIn(container, "image") || []);
}

function findProblems(images: readonly string[], settings: Settings): string[] {
  const refused = { registries: new Set<string>(), tags: new Set<string>(), images: new Set<string>() };
  const judge = judgeOf(settings);
  for (const text of images) {
    const image = readImage(text);
    if (image === undefined) {
      if (judge.limits) refused.images.add(text);
      continue;
    }
    if (!judge.registry(image.registry)) refused.registries.add(image.registry);
    if (image.tag !== undefined && !judge.tag(image.tag)) refused.tags.add(image.tag);
    if (!judge.image(image)) refused.images.add(text);
  }
  return Object.entries(refused)
    .filter(([, found]) => found.size > 0)
    .map(([what, found]) => `${what} not allowed: ${[...found].sort().join(", ")}`);
}

/** The settings as questions; each is answered with yes for what is fine. */
function judgeOf({ registries, tags, images }: Settings) {
  const patterns = (texts: readonly string[]) => {
    const globs = texts.map(glob);
    return (text: string) => globs.some((pattern) => pattern.matches(text));
  };
  const [allowedRegistry, rejectedRegistry] = [patterns(registries.allow), patterns(registries.reject)];
  const rejectedTag = patterns(tags.reject);
  const [allowedImages, rejectedImages] = [images.allow.map(readEntry), images.reject.map(readEntry)];
  type Image = NonNullable<ReturnType<typeof readImage>>;
  return {
    limits: [registries.allow, registries.reject, tags.reject, images.allow, images.reject].some(
      ({ length }) => length > 0,
    ),
    registry: (name: string) =>
      (registries.allow.length === 0 || allowedRegistry(name)) && !rejectedRegistry(name),
    tag: (name: string) => !rejectedTag(name),
    image: (image: Image) =>
      (allowedImages.length === 0 || allowedImages.some((entry) => entry.allows(image))) &&
      !rejectedImages.some((entry) => entry.rejects(image)),
  };
}

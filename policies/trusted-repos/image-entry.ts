import { glob } from "@kubewarden-ts/policy-sdk/glob";
import {
  formatImageReference,
  type ImageReference,
  ImageReferenceError,
  parseImageReference,
} from "@kubewarden-ts/policy-sdk/image-reference";

/** What an image of a pod is compared with. */
export interface ImageEntry {
  /** Whether the image is certainly one that is meant. */
  allows(image: ImageReference): boolean;
  /** Whether the image could be one that is meant. */
  rejects(image: ImageReference): boolean;
}

/** Reads the image of a container; registries have no case. @returns `undefined` when it is no image reference */
export function readImage(text: string): ImageReference | undefined {
  try {
    const image = parseImageReference(text);
    return { ...image, registry: image.registry.toLowerCase() };
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}

/** What is wrong with an image of the settings, which may have wildcards. */
export function findEntryProblem(text: string): string | undefined {
  if (hasWildcard(text) || readImage(text) !== undefined) return undefined;
  return text === "" ? "repository name must have at least one component" : "invalid reference format";
}

/** Reads an image of the settings in which `findEntryProblem` finds nothing. */
export function readEntry(text: string): ImageEntry {
  if (hasWildcard(text)) return patternEntry(text);
  const entry = readImage(text);
  if (entry === undefined) throw new Error(`no image: ${text}`);
  const { registry, repository, tag, digest } = entry;
  const isNamed = (image: ImageReference) => image.registry === registry && image.repository === repository;
  if (!/[:@]/.test(lastPart(text))) return { allows: isNamed, rejects: isNamed };
  return {
    allows: (image) => isNamed(image) && image.tag === tag && image.digest === digest,
    rejects: (image) =>
      isNamed(image) &&
      (tag === undefined || image.tag === tag) &&
      (digest === undefined || image.digest === digest),
  };
}

function patternEntry(text: string): ImageEntry {
  const pattern = glob(text);
  const matches = (image: ImageReference) => {
    const { registry, repository } = image;
    const names = /[:@]/.test(text) ? [] : [`${registry}/${repository}`, repository];
    return [formatImageReference(image), ...names].some((name) => pattern.matches(name));
  };
  return {
    allows: matches,
    // A digest beside the tag hides the tag from nobody.
    rejects: (image) => matches(image) || (image.tag !== undefined && matches(withoutDigest(image))),
  };
}

function withoutDigest({ digest: _digest, ...image }: ImageReference): ImageReference {
  return image;
}

function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

function lastPart(text: string): string {
  return text.slice(text.lastIndexOf("/") + 1);
}

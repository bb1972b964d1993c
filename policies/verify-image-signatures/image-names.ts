import {
  formatImageReference,
  type ImageReference,
  ImageReferenceError,
  parseImageReference,
} from "@kubewarden-ts/policy-sdk/image-reference";

/** What an image may be called in the settings. */
export interface ImageNames {
  /** As it is written, and in full, each with and without digest. */
  readonly all: readonly string[];
  readonly digest: string | undefined;
}

/** Whoever writes an image in another way must not get past the settings. */
export function imageNames(text: string): ImageNames {
  const image = readImage(text);
  if (image === undefined) return { all: [text], digest: undefined };
  const { digest, ...rest } = image;
  const registry = image.registry.toLowerCase();
  const written = digest === undefined ? text : text.slice(0, text.indexOf("@"));
  const full = { ...image, registry };
  return {
    all: [text, written, formatImageReference(full), formatImageReference({ ...rest, registry })],
    digest,
  };
}

function readImage(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}

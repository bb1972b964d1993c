import { errorText } from "@kubewarden-ts/base";
import { parseReference } from "@kubewarden-ts/oci";
import { invalidInput } from "../errors.ts";

/** The argument of `kwctl login` and `kwctl logout`. */
export const registryArgument = {
  name: "<registry>",
  description: "Registry, as references to images begin: ghcr.io, localhost:5000, docker.io",
} as const;

/**
 * The registry that a user named, as references to images have it.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 * @example registryOf("https://index.docker.io/v1/") // "docker.io"
 */
export function registryOf(text: string): string {
  const [host = ""] = text.replace(/^\w+:\/\//, "").split("/");
  try {
    const { registry, repository } = parseReference(`${host}/any`);
    // what does not look like a host is read as a part of a path
    if (repository.replace("library/", "") === "any") return registry;
  } catch (error) {
    throw invalidInput(`${text} is no registry: ${errorText(error)}`);
  }
  throw invalidInput(`${text} is no registry: a host has a dot or a port, or is localhost`);
}

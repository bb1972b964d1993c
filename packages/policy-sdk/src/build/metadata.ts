import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errorText } from "@kubewarden-ts/base";
import { type PolicyMetadata, toMetadata, validateMetadata } from "@kubewarden-ts/protocol";
import { parse } from "yaml";
import { PolicySdkError } from "../errors.ts";
import { type Abi, executionModeOf } from "./abi.ts";

/**
 * Reads `metadata.yml` for a file of one ABI. A `README.md` beside it becomes the annotation
 * `io.kubewarden.policy.usage`.
 * @throws {PolicySdkError} `SDK_METADATA`, one line per problem
 */
export async function readMetadata(path: string, abi: Abi): Promise<PolicyMetadata> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new PolicySdkError(`cannot read metadata from path: ${errorText(cause)}`, {
      code: "SDK_METADATA",
      cause,
    });
  });
  const metadata = forAbi(path, parseYaml(path, text), abi);
  const problems = validateMetadata(metadata);
  if (problems.length > 0) throw invalid(path, problems);
  const usage = await readFile(join(dirname(path), "README.md"), "utf8").catch(() => undefined);
  if (usage === undefined) return metadata;
  return { ...metadata, annotations: { ...metadata.annotations, "io.kubewarden.policy.usage": usage } };
}

function parseYaml(path: string, text: string): object {
  try {
    return Object(parse(text));
  } catch (cause) {
    throw invalid(path, [errorText(cause)]);
  }
}

/** The ABI decides mode and protocol version, unless the author wrote something that contradicts it. */
function forAbi(path: string, source: object, abi: Abi): PolicyMetadata {
  const executionMode = executionModeOf[abi];
  const stated: unknown = Reflect.get(source, "executionMode") ?? executionMode;
  if (stated !== executionMode) {
    throw invalid(path, [
      `executionMode: expected ${executionMode} for ABI ${abi}, received ${String(stated)}`,
    ]);
  }
  const protocolVersion = abi === "wapc" ? "v1" : "Unknown";
  try {
    return toMetadata({ ...source, executionMode, protocolVersion });
  } catch (cause) {
    throw invalid(path, errorText(cause).split("\n"));
  }
}

function invalid(path: string, problems: readonly string[]): PolicySdkError {
  return new PolicySdkError(problems.map((problem) => `${path}: ${problem}`).join("\n"), {
    code: "SDK_METADATA",
  });
}

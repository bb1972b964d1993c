import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildContext, type BuildFailure, type BuildOptions, context, type Message } from "esbuild";
import { PolicySdkError } from "../errors.ts";
import { guestCallName } from "./load-policy.ts";

export interface BundleOptions {
  /** The module that exports `policy`. */
  readonly entry: string;
  /** Keeps names, and puts stacks into the texts of errors. */
  readonly debug: boolean;
}

/** The script a policy is made of, and the files that went into it. */
export interface Bundle {
  readonly code: string;
  /** Absolute paths, the SDK's own included. */
  readonly inputs: readonly string[];
}

export interface Bundler extends AsyncDisposable {
  /** @throws {PolicySdkError} `SDK_BUNDLE`, one line per problem with file, line and column */
  bundle(): Promise<Bundle>;
}

const entryName = "policy-sdk-entry";

const guest = (name: string) => fileURLToPath(new URL(`../guest/${name}`, import.meta.url));

/** Keeps what it learned of the files, so that the next `bundle()` takes milliseconds. */
export async function createBundler(options: BundleOptions): Promise<Bundler> {
  const esbuild = await context(esbuildOptions(options));
  return {
    bundle: () => bundleWith(esbuild, resolve(options.entry)),
    [Symbol.asyncDispose]: () => esbuild.dispose(),
  };
}

function esbuildOptions({ entry, debug }: BundleOptions) {
  const folder = dirname(resolve(entry));
  return {
    stdin: {
      contents: entryCode(basename(entry), debug),
      resolveDir: folder,
      sourcefile: entryName,
    },
    absWorkingDir: folder,
    // One copy of the SDK: the one that builds.
    alias: {
      "@kubewarden-ts/policy-sdk": guest("index.ts"),
      "@kubewarden-ts/policy-sdk/re2": guest("re2.ts"),
    },
    bundle: true,
    format: "iife",
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    minify: !debug,
    keepNames: debug,
    legalComments: "none",
    charset: "utf8",
    metafile: true,
    write: false,
    logLevel: "silent",
  } as const satisfies BuildOptions;
}

function entryCode(entry: string, debug: boolean): string {
  return `
    import ${JSON.stringify(guest("prelude.ts"))};
    import { dispatch, thrownText } from ${JSON.stringify(guest("dispatch.ts"))};
    import { policy } from ${JSON.stringify(`./${entry}`)};
    globalThis.${guestCallName} = (operation, payload, numbersMayChange) => {
      try {
        return dispatch(policy, operation, payload, numbersMayChange);
      } catch (thrown) {
        throw thrownText(thrown, { stack: ${debug} });
      }
    };`;
}

async function bundleWith(
  esbuild: BuildContext<ReturnType<typeof esbuildOptions>>,
  entry: string,
): Promise<Bundle> {
  try {
    const { outputFiles, metafile } = await esbuild.rebuild();
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== entryName);
    return { code: outputFiles[0]?.text ?? "", inputs: inputs.map((path) => resolve(dirname(entry), path)) };
  } catch (cause) {
    if (!isBuildFailure(cause)) throw cause;
    const lines = cause.errors.map((problem) => problemLine(problem, basename(entry)));
    throw new PolicySdkError(lines.join("\n"), { code: "SDK_BUNDLE", cause });
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

/** What goes wrong in the code around the policy is about the policy's module as a whole. */
function problemLine({ location, text }: Message, entry: string): string {
  if (location === null || location.file === entryName) return `${entry}: ${text}`;
  return `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

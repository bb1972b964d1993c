import { basename, dirname, join, resolve } from "node:path";
import {
  type BuildContext,
  type BuildFailure,
  type BuildOptions,
  context,
  type Message,
  type Metafile,
  type OutputFile,
} from "esbuild";
import { PolicySdkError } from "../errors.ts";
import { guestEntries, guestFile } from "./guest-entries.ts";
import { guestModules } from "./guest-modules.ts";
import { hostImport } from "./host-import.ts";
import { guestCallName } from "./load-policy.ts";
import { sourceLinesOf } from "./source-lines.ts";

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
  /** Those inputs of which something is in the code. */
  readonly contained: readonly string[];
}

export interface Bundler extends AsyncDisposable {
  /** @throws {PolicySdkError} `SDK_BUNDLE`, one line per problem with file, line and column */
  bundle(): Promise<Bundle>;
}

const entryName = "policy-sdk-entry";

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
    alias: Object.fromEntries(
      Object.entries(guestEntries).map(([end, file]) => [`@kubewarden-ts/policy-sdk${end}`, guestFile(file)]),
    ),
    plugins: [guestModules, hostImport],
    inject: [guestFile("host/injected.ts")],
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
    sourcemap: debug ? "external" : false,
    outfile: join(folder, "policy.js"), // names the bundle in its source map; nothing is written
    write: false,
    logLevel: "silent",
  } as const satisfies BuildOptions;
}

function entryCode(entry: string, debug: boolean): string {
  const text = `thrownText(thrown, { stack: ${debug} })`;
  return `
    import ${JSON.stringify(guestFile("prelude.ts"))};
    import { dispatch, thrownText } from ${JSON.stringify(guestFile("dispatch.ts"))};
    ${debug ? `import { inAuthorsLines } from ${JSON.stringify(guestFile("source-lines.ts"))};` : ""}
    import { policy } from ${JSON.stringify(`./${entry}`)};
    globalThis.${guestCallName} = (operation, payload, numbersMayChange) => {
      try {
        return dispatch(policy, operation, payload, numbersMayChange);
      } catch (thrown) {
        throw ${debug ? `inAuthorsLines(${text})` : text};
      }
    };`;
}

async function bundleWith(
  esbuild: BuildContext<ReturnType<typeof esbuildOptions>>,
  entry: string,
): Promise<Bundle> {
  try {
    const { outputFiles, metafile } = await esbuild.rebuild();
    const files = (paths: readonly string[]) =>
      paths.filter((path) => path !== entryName).map((path) => resolve(dirname(entry), path));
    return {
      code: codeOf(outputFiles),
      inputs: files(Object.keys(metafile.inputs)),
      contained: files(containedIn(metafile)),
    };
  } catch (cause) {
    if (!isBuildFailure(cause)) throw cause;
    const lines = cause.errors.map((problem) => problemLine(problem, basename(entry)));
    throw new PolicySdkError(lines.join("\n"), { code: "SDK_BUNDLE", cause });
  }
}

/** What is left of a module whose exports nobody uses is nothing. */
function containedIn({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}

/** A debug build says behind its code where the lines come from. */
function codeOf(files: readonly OutputFile[]): string {
  const textOf = (end: string) => files.find(({ path }) => path.endsWith(end))?.text;
  const code = textOf(".js") ?? "";
  const map = textOf(".js.map");
  if (map === undefined) return code;
  return `${code}\nglobalThis.__kubewarden_source_lines = ${JSON.stringify(sourceLinesOf(code, map))};`;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

/** What goes wrong in the code around the policy is about the policy's module as a whole. */
function problemLine({ location, text }: Message, entry: string): string {
  if (location === null || location.file === entryName) return `${entry}: ${text}`;
  return `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

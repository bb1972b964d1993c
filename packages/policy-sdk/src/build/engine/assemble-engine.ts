import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import binaryen from "binaryen";
import wabt from "wabt";
import { type Abi, entryOf } from "../abi.ts";

/** What the build needs of the engine while it loads a policy; a finished policy exports none of it. */
const buildTimeExports = [
  "__stack_pointer",
  "kw_dispatch",
  "_initialize",
  "malloc",
  "free",
  "qjs_init",
  "qjs_set_memory_limit",
  "qjs_compile",
  "qjs_eval_bytecode",
  "qjs_execute_pending_job",
  "qjs_run_gc",
  "qjs_new_host_function",
  "qjs_get_global",
  "qjs_get_prop_string",
  "qjs_set_prop_string",
  "qjs_get_string_len",
  "qjs_free_cstring",
  "qjs_free_value",
  "qjs_is_exception",
  "qjs_is_function",
  "qjs_get_exception",
];

/** What the engine needs beyond the first version of WebAssembly: on by default in every host of Kubewarden. */
const featureFlags = ["bulk-memory", "mutable-globals", "nontrapping-float-to-int", "sign-ext"].map(
  (feature) => `--enable-${feature}`,
);

async function assembleText(path: string): Promise<Uint8Array> {
  const assembler = await wabt();
  const module = assembler.parseWat(path, await readFile(path), { bulk_memory: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

/**
 * Joins the JavaScript engine of `quickjs-wasi` with the bridge and the code of one ABI, drops what no policy can
 * reach and optimises. Takes seconds, and gives the same bytes on every machine.
 */
export async function assembleEngine(abi: Abi): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "policy-sdk-engine-"));
  try {
    return optimise(await merge(abi, folder), ["memory", entryOf[abi], ...buildTimeExports]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function merge(abi: Abi, folder: string): Promise<Uint8Array> {
  const here = dirname(fileURLToPath(import.meta.url));
  const require = createRequire(import.meta.url);
  const parts: readonly (readonly [string, Uint8Array])[] = [
    ["engine", await readFile(require.resolve("quickjs-wasi/quickjs.wasm"))],
    ["env", await assembleText(join(here, "bridge.wat"))],
    ["abi", await assembleText(join(here, `${abi}.wat`))],
  ];
  for (const [name, bytes] of parts) await writeFile(join(folder, `${name}.wasm`), bytes);
  const tool = join(dirname(require.resolve("binaryen")), "bin", "wasm-merge");
  const inputs = parts.flatMap(([name]) => [join(folder, `${name}.wasm`), name]);
  const output = join(folder, "merged.wasm");
  const flags = ["--skip-export-conflicts", ...featureFlags];
  await promisify(execFile)(process.execPath, [tool, ...inputs, "-o", output, ...flags]);
  return await readFile(output);
}

function optimise(merged: Uint8Array, keep: readonly string[]): Uint8Array {
  const module = binaryen.readBinary(merged);
  try {
    const { BulkMemory, BulkMemoryOpt, MutableGlobals, NontrappingFPToInt, SignExt } = binaryen.Features;
    module.setFeatures(BulkMemory | BulkMemoryOpt | MutableGlobals | NontrappingFPToInt | SignExt);
    for (const name of exportNames(module)) if (!keep.includes(name)) module.removeExport(name);
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(1);
    module.optimize();
    module.runPasses(["strip-target-features", "strip-producers"]);
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

function exportNames(module: binaryen.Module): string[] {
  const indices = Array.from({ length: module.getNumExports() }, (_, index) => index);
  return indices.map((index) => binaryen.getExportInfo(module.getExportByIndex(index)).name);
}

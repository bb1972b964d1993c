import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { ModuleRefusedError } from "@kubewarden-ts/policy-evaluation";
import { type StoredModule, StoreError, type StoreErrorCode } from "@kubewarden-ts/policy-store";
import { describe, expect, it } from "vitest";
import { moduleDownloads } from "./module-downloads.ts";

const url = "registry://host.test/p:v1";
const module: StoredModule = {
  bytes: Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  path: "/store/p",
  digest: `sha256:${"a".repeat(64)}`,
};

function downloads({ fetch, verifies }: { fetch: () => Promise<StoredModule>; verifies: boolean }) {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "info", target: "test", write: (line) => void lines.push(line) });
  const { signal } = new AbortController();
  const fetchModule = moduleDownloads({ store: { fetch }, verifies, log, signal });
  return {
    fetchModule,
    told: () => lines.splice(0).map(({ level, message, fields }) => ({ level, message, fields })),
  };
}

const verifying = "verifying policy authenticity and integrity using sigstore";

describe("modules that are to be signed", () => {
  it("policy-server 11: are told of, once as long as they stay the same", async () => {
    const fetch = async () => module;
    const { fetchModule, told } = downloads({ fetch, verifies: true });
    await fetchModule(url, "psp");
    expect(told().map(({ message, fields }) => [message, fields["policy"] ?? fields["name"]])).toEqual([
      [verifying, "psp"],
      ["Local file checksum verification passed", "psp"],
      ["policy download", "psp"],
    ]);
    await fetchModule(url, "psp");
    expect(told()).toEqual([]);
  });

  it.each<[StoreErrorCode, string]>([
    ["STORE_NOT_VERIFIED", "Policy 'g/#m' cannot be verified: the reason"],
    ["STORE_NOT_ADMITTED", "Policy 'g/#m' cannot be verified: the reason"],
    ["STORE_NOT_CHECKABLE", "Verification of policy g/#m failed: the reason"],
  ])("policy-server 2.4: are refused in upstream's words: %s", async (code, error) => {
    const fetch = () => Promise.reject(new StoreError("the reason", { code }));
    const { fetchModule, told } = downloads({ fetch, verifies: true });
    const refusal = await fetchModule(url, "g/#m").catch((reason: unknown) => reason);
    expect(refusal).toBeInstanceOf(ModuleRefusedError);
    expect(refusal).toMatchObject({ message: error });
    expect(told().at(-1)).toEqual({
      level: "error",
      message: "policy cannot be verified",
      fields: { policy: "g/#m", url, error },
    });
  });
});

describe("modules that need no signatures", () => {
  it("policy-server 11: are told of without a word about them", async () => {
    const { fetchModule, told } = downloads({ fetch: async () => module, verifies: false });
    await fetchModule(url, "psp");
    expect(told().map(({ message }) => message)).toEqual(["policy download"]);
  });

  it("policy-server 2.2: fail with what the store says, and the option of its folder", async () => {
    const fetch = () => Promise.reject(new StoreError("cannot write /store", { code: "STORE_NOT_WRITABLE" }));
    const { fetchModule, told } = downloads({ fetch, verifies: false });
    const error = "cannot write /store: --policies-download-dir must name a folder that can be written to";
    await expect(fetchModule(url, "psp")).rejects.toThrow(error);
    expect(told()).toEqual([
      { level: "error", message: "policy download failed", fields: { name: "psp", url, error } },
    ]);
  });
});

import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  type KwctlWithRegistry,
  kwctlWithRegistry,
  silent,
} from "../testing/kwctl-with-registry.ts";
import { annotated, bare } from "../testing/stored-policies.ts";

let under: KwctlWithRegistry;
let host = "";
const kwctl: KwctlWithRegistry["kwctl"] = (line, options) => under.kwctl(line, options);
beforeEach(async () => {
  under = await kwctlWithRegistry();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

describe("kwctl pull", () => {
  it.each([
    ["a tag", "registry://HOST/acme/p:v1", "registry/HOST/acme/p:v1", annotated],
    ["no tag", "registry://HOST/acme/p", "registry/HOST/acme/p:latest", bare],
    ["a bare reference", "HOST/acme/p:v1", "registry/HOST/acme/p:v1", annotated],
    ["an URL", "http://HOST/web/x.wasm", "http/HOST/web/x.wasm", bare],
  ])("kwctl-and-oci 14, 15: keeps a module of %s, without a word", async (_row, uri, path, bytes) => {
    expect(await kwctl(`pull ${uri}`)).toMatchObject({ ...silent, lines: [] });
    expect(await under.stored(path)).toEqual(Buffer.from(bytes));
    const listed = path.replace("/", "://").replace("HOST", host);
    expect((await kwctl("policies")).stdout).toContain(`| ${listed} |`);
  });

  it("kwctl-and-oci 15: asks again for latest, not for other tags", async () => {
    for (const tag of ["v1", "latest", "v1", "latest"]) await kwctl(`pull HOST/acme/p:${tag}`);
    expect([under.asked("/manifests/v1"), under.asked("/manifests/latest")]).toEqual([1, 2]);
    under.put("acme/p:v1", bare);
    under.put("acme/p:latest", annotated);
    await kwctl("pull HOST/acme/p:v1");
    await kwctl("pull HOST/acme/p");
    expect(await under.stored("registry/HOST/acme/p:v1")).toEqual(Buffer.from(annotated));
    expect(await under.stored("registry/HOST/acme/p:latest")).toEqual(Buffer.from(annotated));
  });

  it("notices that a tag has moved, when it is told to ask", async () => {
    await kwctl("pull HOST/acme/p:v1");
    under.put("acme/p:v1", bare);
    expect(await kwctl("pull HOST/acme/p:v1 --pull-policy always")).toMatchObject(silent);
    expect(await under.stored("registry/HOST/acme/p:v1")).toEqual(Buffer.from(bare));
    const blobs = under.asked("/blobs/");
    await kwctl("pull HOST/acme/p:v1 --pull-policy always");
    expect(under.asked("/blobs/")).toBe(blobs);
  });

  it("asks nobody, when it is told not to", async () => {
    await kwctl("pull HOST/acme/p:v1");
    const requests = under.registry.requests.length;
    expect(await kwctl("pull HOST/acme/p:v1 --pull-policy never")).toMatchObject(silent);
    for (const uri of ["registry://HOST/acme/p:latest", "http://HOST/web/x.wasm"]) {
      expect(await kwctl(`pull ${uri} --pull-policy never`)).toMatchObject(
        failure(`${uri} is not in the store, and nothing may be downloaded`, under),
      );
    }
    expect(under.registry.requests).toHaveLength(requests);
  });

  it.each([
    ["a file", "/out.wasm", "/out.wasm"],
    ["a folder", "/folder", "/folder/p:latest"],
  ])("-o writes to %s what is there now, whatever lies there", async (_row, output, written) => {
    under.files.written.set("/out.wasm", Buffer.from("old"));
    under.files.written.set("/folder/other", Buffer.from("other"));
    await kwctl("pull HOST/acme/p");
    under.put("acme/p:latest", annotated);
    expect(await kwctl(`pull HOST/acme/p -o ${output}`)).toMatchObject(silent);
    expect(Buffer.from(under.files.written.get(written) ?? [])).toEqual(Buffer.from(annotated));
    expect(await under.stored("registry/HOST/acme/p:latest")).toEqual(Buffer.from(bare));
  });

  it("-o copies a file", async () => {
    expect(await kwctl("pull file:///p.wasm -o /copy.wasm")).toMatchObject(silent);
    expect(Buffer.from(under.files.written.get("/copy.wasm") ?? [])).toEqual(Buffer.from(annotated));
  });

  it.each([
    ["19: bytes of something else", "HOST/acme/html:v1", "invalid wasm file"],
    ["an unknown scheme", "ftp://HOST/p.wasm", "unknown scheme: ftp"],
    ["a page that is not there", "http://HOST/none.wasm", "HTTP status 404"],
    [
      "an image that is not there",
      "HOST/acme/none:v1",
      "Fail to interact with OCI registry: Registry error: url http://HOST/v2/acme/none/manifests/v1, envelope: OCI API errors: [OCI API error: manifest unknown]",
    ],
  ])("kwctl-and-oci %s is an error, and nothing is kept", async (_row, uri, message) => {
    under.put("acme/html:v1", Buffer.from("<html>"));
    expect(await kwctl(`pull ${uri}`)).toMatchObject(failure(message, under));
    expect(await kwctl("policies")).toMatchObject(silent);
  });

  it("kwctl-and-oci 16: does not speak plain HTTP unless it may", async () => {
    const { stderr, code } = await kwctl("pull HOST/acme/p:v1 --sources-path /s.yaml", {
      files: under.files,
      ...{ home: "/nowhere" },
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "Error: Cannot read sources file /s.yaml: No such file or directory (os error 2)\n",
    });
    under.files.written.set("/s.yaml", Buffer.from("{}"));
    const refused = await kwctl("pull HOST/acme/p:v1 --sources-path /s.yaml");
    expect(refused.stderr).toMatch(/^Error: .*error sending request for url \(https:/);
  });

  it("kwctl-and-oci 47: shows people what it does", async () => {
    const written: string[] = [];
    const terminal = { write: (text: string) => void written.push(text) };
    expect(await kwctl("pull HOST/acme/p:v1", { terminal })).toMatchObject(silent);
    const seen = written.join("");
    expect(seen.startsWith(`\r\u001b[K⠋ Pulling ${host}/acme/p:v1`)).toBe(true);
    expect(seen.endsWith("\r\u001b[K")).toBe(true);
  });
});

it("the folder of a store holds nothing but what is written here", async () => {
  await kwctl("pull HOST/acme/p:v1");
  expect((await readdir(under.store)).toSorted()).toEqual(["notes", "registry"]);
  expect(await readdir(dirname(join(under.store, "registry", host, "acme/p:v1")))).toEqual(["p:v1"]);
});

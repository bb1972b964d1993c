import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { wapcGuests } from "../guests/text/wapc.ts";
import { digestOf } from "../registry/push.ts";
import { type Registry, startRegistry } from "../registry/start-registry.ts";
import { requires } from "../support/requirements.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type BundledProgram, bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { type KwctlFolder, kwctlFolder } from "./kwctl-in-folder.ts";

const scripts = join(import.meta.dirname, "../../scripts");
const annotations = {
  "io.kubewarden.policy.title": "accepting",
  "io.kubewarden.policy.source": "https://git.test/accepting",
  "io.kubewarden.policy.usage": "two\nlines\n",
};
const accepting = asPolicy(assemble(wapcGuests.accept), { annotations, mutating: true });
const rejecting = asPolicy(assemble(wapcGuests["reject-silently"]));
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe.skipIf(requires("registry").skip)("kwctl, its store and a real registry", () => {
  const started = new AsyncDisposableStack();
  let program: BundledProgram;
  let registry: Registry;
  let web = "";
  let folder: KwctlFolder;
  beforeAll(async () => {
    program = started.use(await bundledProgram("kwctl"));
    registry = started.use(await startRegistry());
    const server = createServer((_request, response) => void response.end(rejecting));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    started.defer(() => void server.close());
    web = `127.0.0.1:${(server.address() as AddressInfo).port}`; // never a pipe here
  });
  afterAll(() => started.disposeAsync());
  beforeEach(async () => {
    folder = await kwctlFolder(program, { insecure_sources: [registry.host, web] });
    await folder.write("accepting.wasm", accepting);
    await folder.write("rejecting.wasm", rejecting);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const kwctl = async (line: string) => await folder.kwctl(line.split(" "));
  const silent = { exitCode: 0, stdout: "", stderr: "" };
  const image = (name: string): string => `${registry.host}/${name}`;
  /** Pushes a policy. @returns where it is for ever */
  async function push(file: string, name: string): Promise<string> {
    const { exitCode, stdout, stderr } = await kwctl(`push ${file} registry://${image(name)} -o json`);
    expect({ exitCode, stderr: stderr.replace(/^.* WARN .*\n/, "") }).toEqual({ exitCode: 0, stderr: "" });
    return JSON.parse(stdout).immutable_ref;
  }

  it("kwctl-and-oci 41: policies of an empty store", async () => {
    expect(await kwctl("policies")).toEqual(silent);
  });

  it("kwctl-and-oci 13, 14: push, pull, and what is listed", async () => {
    const first = await push("accepting.wasm", "acme/accepting:v1");
    expect(await push("accepting.wasm", "acme/accepting:v1")).toBe(first);
    const answer = await registry.send({
      ...{ method: "GET", path: "/v2/acme/accepting/manifests/v1", repository: "acme/accepting" },
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    expect(first).toBe(`${image("acme/accepting")}@${digestOf(answer.body)}`);
    const manifest = JSON.parse(answer.body.toString());
    expect(Object.keys(manifest)).toEqual(["annotations", "config", "layers", "schemaVersion"]);
    expect(manifest.annotations).toEqual({
      "io.kubewarden.policy.source": "https://git.test/accepting",
      "io.kubewarden.policy.title": "accepting",
      "org.opencontainers.image.source": "https://git.test/accepting",
    });
    const text = await kwctl(`push accepting.wasm ${image("acme/accepting:latest")}`);
    expect(text).toMatchObject({ exitCode: 0, stdout: `Policy successfully pushed: ${first}\n` });

    for (const uri of [
      image("acme/accepting:v1"),
      `registry://${image("acme/accepting")}`,
      `http://${web}/p/x.wasm`,
    ]) {
      expect(await kwctl(`pull ${uri}`)).toEqual(silent);
    }
    const path = join(folder.store, "registry", registry.host, "acme/accepting:v1");
    expect(await readFile(path)).toEqual(Buffer.from(accepting));
    const { stdout } = await kwctl("policies");
    const uris = stdout.split("\n").flatMap((line) => line.match(/^\| (\w+:\S+)/)?.[1] ?? []);
    expect(uris).toEqual([
      `http://${web}/p/x.wasm`,
      `registry://${image("acme/accepting:latest")}`,
      `registry://${image("acme/accepting:v1")}`,
    ]);
    const [, ref = ""] = first.split("/acme/");
    expect(await kwctl(`pull ${image(`acme/${ref}`)} -o exact`)).toEqual(silent);
    expect(await readFile(join(folder.path, "exact"))).toEqual(Buffer.from(accepting));
  });

  it.each(["", "registry://"])("kwctl-and-oci 46: digest, with %j before it", async (scheme) => {
    const [, digest] = (await push("accepting.wasm", "acme/digest:v1")).split("@");
    const uri = `${scheme}${image("acme/digest:v1")}`;
    expect(await kwctl(`digest ${uri}`)).toEqual({ ...silent, stdout: `${uri}@${digest}\n` });
  });

  it("kwctl-and-oci 39: run of what is pulled for it, by its name and by its digest", async () => {
    await push("accepting.wasm", "acme/run:v1");
    await folder.write("request.json", requests.plain);
    for (const name of [
      `registry://${image("acme/run:v1")}`,
      sha256(accepting).slice(0, 4),
      image("acme/run:v1"),
    ]) {
      const { exitCode, stdout } = await kwctl(`run ${name} -r request.json`);
      expect({ exitCode, stdout }).toEqual({
        exitCode: 0,
        stdout: expect.stringContaining('"allowed":true'),
      });
    }
    expect((await kwctl("policies")).stdout).toContain("acme/run:v1");
    const { stdout } = await kwctl(`inspect ${sha256(accepting).slice(0, 4)} -o yaml`);
    expect(parse(stdout)).toMatchObject({ annotations, mutating: true });
  });

  it("kwctl-and-oci 28: inspect with and without signatures", async () => {
    await push("accepting.wasm", "acme/signed:v1");
    await kwctl(`pull ${image("acme/signed:v1")}`);
    const unsigned = await kwctl(`inspect registry://${image("acme/signed:v1")} --show-signatures -o yaml`);
    expect(unsigned).toMatchObject({ exitCode: 0, stderr: "No sigstore signatures found\n" });
    expect(parse(unsigned.stdout)).not.toHaveProperty("signatures");
  });

  it.each([
    ["its URI", () => `registry://${image("acme/rm:v1")}`],
    ["the beginning of its digest", () => sha256(accepting).slice(0, 8)],
  ])("kwctl-and-oci 40: rm by %s, and once more", async (_row, name) => {
    await push("accepting.wasm", "acme/rm:v1");
    await kwctl(`pull ${image("acme/rm:v1")}`);
    expect(await kwctl(`rm ${name()}`)).toEqual(silent);
    expect(await kwctl("policies")).toEqual(silent);
    const again = await kwctl(`rm ${name()}`);
    expect(again).toMatchObject({ exitCode: 1, stdout: "" });
    expect(again.stderr).toContain("Cannot find policy");
  });

  it("kwctl-and-oci 38: save, rm, load", async () => {
    await push("accepting.wasm", "acme/saved:v1");
    const uris = [`registry://${image("acme/saved:v1")}`, `http://${web}/p/x.wasm`];
    for (const uri of uris) await kwctl(`pull ${uri}`);
    const { stdout } = await kwctl("policies");
    expect(await kwctl(`save ${uris.join(" ")} --output all.tar.gz`)).toEqual(silent);
    for (const uri of uris) await kwctl(`rm ${uri}`);
    expect(await kwctl("policies")).toEqual(silent);
    expect(await kwctl("load --input all.tar.gz")).toEqual(silent);
    expect(await kwctl("policies")).toEqual({ ...silent, stdout });
    const listing = await folder.run("tar", ["-tvzf", "all.tar.gz"]);
    expect(listing.stdout.match(/registry\/\S+|http\/\S+/g)).toEqual(
      uris.map((uri) => uri.replace("://", "/")),
    );
  });

  it("kwctl-and-oci 38: an archive of another program", async () => {
    await push("accepting.wasm", "acme/other:v1");
    await kwctl(`pull ${image("acme/other:v1")}`);
    await folder.run("tar", ["-C", folder.store, "-czf", "all.tar.gz", "./registry"]);
    await kwctl(`rm ${image("acme/other:v1")}`);
    expect(await kwctl("load --input all.tar.gz")).toEqual(silent);
    expect((await kwctl("policies")).stdout).toContain(image("acme/other:v1"));
  });

  it("kwctl-and-oci 16, 47: a registry that is not listed is not spoken to in plain", async () => {
    await folder.write("none.yaml", "{}");
    const { exitCode, stdout, stderr } = await kwctl(`pull ${image("acme/p:v1")} --sources-path none.yaml`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(/^Error: .*error sending request for url/);
    expect(stderr).not.toContain("\u001b");
  });

  it("leaves the store whole when it is killed during a download", async () => {
    await using slow = await startFakeRegistry();
    slow.putImage("acme/p", { tag: "v1", layer: accepting, layerType: moduleLayerType });
    const half = Promise.withResolvers<void>();
    slow.intercept = ({ url }, response) => {
      if (!url.includes("/blobs/")) return undefined;
      response.writeHead(200, { "content-length": accepting.length });
      response.write(accepting.subarray(0, 100), () => half.resolve());
      return "handled";
    };
    await folder.write("slow.json", JSON.stringify({ insecure_sources: [slow.host] }));
    const pull = `pull ${slow.host}/acme/p:v1 --sources-path slow.json`;
    const killed = folder.begin(pull.split(" "));
    await half.promise;
    killed.kill("SIGKILL");
    await once(killed, "close");
    expect(await kwctl("policies")).toEqual(silent);
    slow.intercept = undefined;
    expect(await kwctl(pull)).toEqual(silent);
    const path = join(folder.store, "registry", slow.host, "acme/p:v1");
    expect(await readFile(path)).toEqual(Buffer.from(accepting));
  });

  it("kwctl-and-oci 15: two at the same time", async () => {
    await push("accepting.wasm", "acme/both:v1");
    const both = [0, 1].map(() => kwctl(`pull ${image("acme/both:v1")}`));
    expect(await Promise.all(both)).toEqual([silent, silent]);
    expect(await kwctl(`rm ${image("acme/both:v1")}`)).toEqual(silent);
  });

  describe("kwctl-and-oci 4: the scripts for networks without a way out", () => {
    it("take policies from one registry to another", async () => {
      await push("accepting.wasm", "outside/accepting:v1");
      await push("accepting.wasm", "outside/other:v2");
      await using inside = await startRegistry();
      const uris = [`registry://${image("outside/accepting:v1")}`, image("outside/other:v2")];
      await folder.write("list.txt", `# policies\n${uris[0]}\r\n\n  ${uris[1]}  # the other`);
      const save = [
        join(scripts, "kubewarden-save-policies.sh"),
        "-l",
        "list.txt",
        "--policies",
        "all.tar.gz",
      ];
      expect(await folder.run("sh", save)).toMatchObject({ exitCode: 0, stdout: "" });
      for (const uri of uris) expect(await kwctl(`rm ${uri}`)).toEqual(silent);
      await folder.write("inside.yaml", JSON.stringify({ insecure_sources: [inside.host] }));
      const load = [
        ...[join(scripts, "kubewarden-load-policies.sh"), "--policies-list", "list.txt", "-p", "all.tar.gz"],
        ...["--registry", inside.host, "--sources-path", "inside.yaml"],
      ];
      expect(await folder.run("sh", load)).toMatchObject({ exitCode: 0 });
      for (const name of ["outside/accepting:v1", "outside/other:v2"]) {
        const back = `pull ${inside.host}/${name} -o back.wasm --sources-path inside.yaml`;
        expect(await kwctl(back)).toEqual(silent);
        expect(await readFile(join(folder.path, "back.wasm"))).toEqual(Buffer.from(accepting));
      }
    });

    it.each<[string, string, string[], RegExp]>([
      ["without a list", "save", ["-l", "none.txt"], /cannot read the list of policies none\.txt/],
      ["with an empty list", "save", ["-l", "empty.txt"], /empty\.txt names no policy/],
      ["with two addresses in a line", "save", ["-l", "two.txt"], /more than one address/],
      [
        "with what is not there",
        "save",
        ["-l", "gone.txt"],
        /cannot pull registry:\/\/127\.0\.0\.1:1\/gone:v1/,
      ],
      ["without a registry", "load", ["-l", "empty.txt"], /--registry is required/],
      [
        "without an archive",
        "load",
        ["-l", "empty.txt", "-r", "h", "-p", "none"],
        /cannot read the archive none/,
      ],
      ["with what they do not know", "load", ["--what"], /unexpected argument '--what'/],
    ])("say what is wrong %s", async (_row, name, args, text) => {
      await folder.write("empty.txt", "# nothing\n");
      await folder.write("two.txt", "a b\n");
      await folder.write("gone.txt", "127.0.0.1:1/gone:v1\n");
      const { exitCode, stderr } = await folder.run("sh", [
        join(scripts, `kubewarden-${name}-policies.sh`),
        ...args,
      ]);
      expect(exitCode).toBeGreaterThan(0);
      expect(stderr).toMatch(text);
    });
  });
});

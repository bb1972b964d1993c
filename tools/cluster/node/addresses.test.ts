import { once } from "node:events";
import { connect, createServer } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { startForwarder } from "./forwarder.ts";
import { loopbackAddresses } from "./loopback-addresses.ts";
import { machineAddress } from "./machine-address.ts";

describe("loopbackAddresses", () => {
  it("gives each once, until it is given back", () => {
    const addresses = loopbackAddresses();
    expect([addresses.take(), addresses.take()]).toEqual(["127.0.0.2", "127.0.0.3"]);
    addresses.giveBack("127.0.0.2");
    expect(addresses.take()).toBe("127.0.0.2");
  });

  it("says when there are no more", () => {
    const addresses = loopbackAddresses();
    for (let count = 0; count < 253; count += 1) addresses.take();
    expect(() => addresses.take()).toThrow("more than 253 Pods");
  });
});

describe("machineAddress", () => {
  const address = (family: "IPv4" | "IPv6", text: string, internal = false) => ({
    address: text,
    netmask: "",
    mac: "",
    cidr: null,
    internal,
    ...(family === "IPv4" ? { family } : { family, scopeid: 0 }),
  });

  it("takes the first that is not for this machine or link alone", () => {
    const interfaces = {
      lo: [address("IPv4", "127.0.0.1", true)],
      a: [address("IPv6", "fd00::2"), address("IPv4", "169.254.0.9")],
      b: [address("IPv4", "192.0.2.2")],
    };
    expect(machineAddress(interfaces)).toBe("192.0.2.2");
  });

  it("says what to do where there is none", () => {
    expect(() => machineAddress({ lo: [address("IPv4", "127.0.0.1", true)] })).toThrow("ip link add dummy0");
  });
});

describe("startForwarder", () => {
  it("joins connections, and ends them with itself", async () => {
    const server = createServer((socket) => socket.end("hello")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const target = server.address();
    if (typeof target !== "object" || target === null) throw new Error("a TCP server has a port");
    const forwarder = await startForwarder("127.0.0.1", { host: "127.0.0.1", port: target.port });
    expect(await text(connect(forwarder.port, "127.0.0.1"))).toBe("hello");
    await forwarder[Symbol.asyncDispose]();
    await expect(once(connect(forwarder.port, "127.0.0.1"), "connect")).rejects.toThrow("ECONNREFUSED");
    server.close();
  });

  it("drops a connection whose target does not answer", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const target = server.address();
    if (typeof target !== "object" || target === null) throw new Error("a TCP server has a port");
    server.close();
    await once(server, "close");
    await using forwarder = await startForwarder("127.0.0.1", { host: "127.0.0.1", port: target.port });
    const socket = connect(forwarder.port, "127.0.0.1").on("error", () => {});
    await once(socket, "close");
    expect(socket.bytesRead).toBe(0);
  });
});

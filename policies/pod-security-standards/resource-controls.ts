// Controls over kernel parameters and volumes.
import { type Control, counted, quoted, sortedSet } from "./control.ts";
import { unrestrictedSources } from "./volume.ts";

/** Sysctls by the minor version since which they are allowed. */
const safeSysctls: ReadonlyMap<string, number> = new Map([
  ["kernel.shm_rmid_forced", 0],
  ["net.ipv4.ip_local_port_range", 0],
  ["net.ipv4.tcp_syncookies", 0],
  ["net.ipv4.ping_group_range", 0],
  ["net.ipv4.ip_unprivileged_port_start", 0],
  ["net.ipv4.ip_local_reserved_ports", 27],
  ["net.ipv4.tcp_keepalive_time", 29],
  ["net.ipv4.tcp_fin_timeout", 29],
  ["net.ipv4.tcp_keepalive_intvl", 29],
  ["net.ipv4.tcp_keepalive_probes", 29],
  ["net.ipv4.tcp_rmem", 32],
  ["net.ipv4.tcp_wmem", 32],
]);

export const sysctls: Control = {
  level: "baseline",
  since: 0,
  find({ sysctls }, minor) {
    const forbidden = sysctls.filter((name) => {
      const since = safeSysctls.get(name);
      return since === undefined || minor < since;
    });
    return forbidden.length === 0 ? undefined : { reason: "forbidden sysctls", detail: forbidden.join(", ") };
  },
};

export const restrictedVolumes: Control = {
  level: "restricted",
  since: 0,
  find({ volumes }) {
    const bad = volumes.filter(
      ({ sources }) => !sources.some((source) => unrestrictedSources.includes(source)),
    );
    if (bad.length === 0) return undefined;
    const names = quoted(bad.map(({ name }) => name));
    const types = sortedSet(bad.map(({ sources }) => sources[0] ?? "unknown"));
    const who = `${counted(bad.length, "volume", "volumes")} ${names} ${counted(bad.length, "uses", "use")}`;
    const what = counted(types.length, "restricted volume type", "restricted volume types");
    return { reason: "restricted volume types", detail: `${who} ${what} ${quoted(types)}` };
  },
};

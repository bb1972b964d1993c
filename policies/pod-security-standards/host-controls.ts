// Controls over what a pod shares with its node.
import { type Control, containersText, counted, quoted, settersText, sortedSet } from "./control.ts";

export const hostNamespaces: Control = {
  level: "baseline",
  since: 0,
  find({ hostNamespaces }) {
    if (hostNamespaces.length === 0) return undefined;
    return { reason: "host namespaces", detail: hostNamespaces.map((name) => `${name}=true`).join(", ") };
  },
};

export const hostPathVolumes: Control = {
  level: "baseline",
  since: 0,
  replacedSince: 0,
  find({ volumes }) {
    const names = volumes.filter(({ sources }) => sources.includes("hostPath")).map(({ name }) => name);
    if (names.length === 0) return undefined;
    return {
      reason: "hostPath volumes",
      detail: `${counted(names.length, "volume", "volumes")} ${quoted(names)}`,
    };
  },
};

export const hostPorts: Control = {
  level: "baseline",
  since: 0,
  find({ containers }) {
    const bad = containers.filter(({ hostPorts }) => hostPorts.length > 0);
    if (bad.length === 0) return undefined;
    const ports = sortedSet(bad.flatMap(({ hostPorts }) => hostPorts.map(String)));
    const uses = counted(bad.length, "uses", "use");
    const detail = `${containersText(bad)} ${uses} ${counted(ports.length, "hostPort", "hostPorts")} ${ports.join(", ")}`;
    return { reason: "hostPort", detail };
  },
};

export const handlerHosts: Control = {
  level: "baseline",
  since: 34,
  find({ containers }) {
    const bad = containers.filter(({ handlerHosts }) => handlerHosts.length > 0);
    if (bad.length === 0) return undefined;
    const names = sortedSet(bad.map(({ name }) => name));
    const hosts = sortedSet(bad.flatMap(({ handlerHosts }) => handlerHosts));
    const who = `${counted(names.length, "container", "containers")} ${quoted(names)}`;
    const what = counted(hosts.length, "probe or lifecycle host", "probe or lifecycle hosts");
    return {
      reason: "probe or lifecycle host",
      detail: `${who} ${counted(names.length, "uses", "use")} ${what} ${quoted(hosts)}`,
    };
  },
};

export const privileged: Control = {
  level: "baseline",
  since: 0,
  find({ containers }) {
    const bad = containers.filter(({ context }) => context.privileged);
    if (bad.length === 0) return undefined;
    return {
      reason: "privileged",
      detail: `${containersText(bad)} must not set securityContext.privileged=true`,
    };
  },
};

export const windowsHostProcess: Control = {
  level: "baseline",
  since: 0,
  find({ context, containers }) {
    const bad = containers.filter((container) => container.context.hostProcess);
    const setters = settersText(context.hostProcess === true, bad);
    if (setters === "") return undefined;
    return {
      reason: "hostProcess",
      detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true`,
    };
  },
};

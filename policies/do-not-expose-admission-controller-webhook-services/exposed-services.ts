import { host, integerIn, type Part, partIn, partOf, partsIn, stringIn } from "@kubewarden-ts/policy-sdk";

/** A port of a service. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** The services of a namespace that can be reached from outside. */
export interface ExposedServices {
  has(service: ServicePort): boolean;
}

/**
 * Asks the cluster for the ingresses and services of a namespace.
 * @throws {HostCallError} when it cannot be asked
 */
export function exposedServices(namespace: string): ExposedServices {
  const ingresses = partsOf(
    host.kubernetes.list({ apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace }),
    namespace,
  );
  const services = partsOf(host.kubernetes.list({ apiVersion: "v1", kind: "Service", namespace }), namespace);
  const backends = ingresses.flatMap(backendsOf);
  return {
    has({ name, port }) {
      const service = services.find((candidate) => stringIn(partIn(candidate, "metadata"), "name") === name);
      const spec = partIn(service, "spec");
      return isPublished(spec, port) || backends.some((backend) => leadsTo(backend, name, port, spec));
    },
  };
}

function partsOf(objects: readonly object[], namespace: string): Part[] {
  const parts = objects.flatMap((object) => partOf(object) ?? []);
  return parts.filter((part) => stringIn(partIn(part, "metadata"), "namespace") === namespace);
}

/** The services an ingress leads to. */
function backendsOf(ingress: Part): Part[] {
  const spec = partIn(ingress, "spec");
  const paths = partsIn(spec, "rules").flatMap((rule) => partsIn(partIn(rule, "http"), "paths"));
  const backends = [partIn(spec, "defaultBackend"), ...paths.map((path) => partIn(path, "backend"))];
  return backends.flatMap((backend) => partIn(backend, "service") ?? []);
}

function isPublished(spec: Part | undefined, port: number): boolean {
  const type = stringIn(spec, "type");
  if (type !== "NodePort" && type !== "LoadBalancer") return false;
  return partsIn(spec, "ports").some((entry) => integerIn(entry, "port") === port);
}

function leadsTo(backend: Part, name: string, port: number, spec: Part | undefined): boolean {
  if (stringIn(backend, "name") !== name) return false;
  const target = partIn(backend, "port");
  const number = integerIn(target, "number");
  return number === undefined ? mayMean(spec, stringIn(target, "name"), port) : number === port;
}

/** Whether the name is that of the port; a name nobody knows may be that of any port. */
function mayMean(spec: Part | undefined, name: string | undefined, port: number): boolean {
  const named = partsIn(spec, "ports").find((entry) => stringIn(entry, "name") === name);
  return named === undefined || integerIn(named, "port") === port;
}

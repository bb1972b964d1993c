package policy

# One violation for each host of the Ingress that another one of the inventory has.
violation contains {"msg": msg, "details": {"host": host}} if {
	some host in hosts(input.review.object)
	some namespace, name
	other := data.inventory.namespace[namespace]["networking.k8s.io/v1"].Ingress[name]
	not is_reviewed(namespace, name)
	host in hosts(other)
	msg := concat(" ", ["host", host, "belongs to the Ingress", name, "of namespace", namespace])
}

hosts(ingress) := {rule.host | some rule in ingress.spec.rules}

is_reviewed(namespace, name) if {
	namespace == input.review.object.metadata.namespace
	name == input.review.object.metadata.name
}

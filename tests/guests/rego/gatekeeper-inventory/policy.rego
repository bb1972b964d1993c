package policy

# One violation that names all objects of the inventory.
violation contains {"msg": concat(", ", sort(seen))}

seen contains concat(" ", ["cluster", version, kind, name]) if {
	some version, kind, name
	object := data.inventory.cluster[version][kind][name]
	object.kind == kind
}

seen contains concat(" ", ["namespace", namespace, version, kind, name]) if {
	some namespace, version, kind, name
	object := data.inventory.namespace[namespace][version][kind][name]
	object.kind == kind
}

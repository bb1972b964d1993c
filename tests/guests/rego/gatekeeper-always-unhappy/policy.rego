package policy

violation contains {"msg": "failing as expected"}

package policy

violation contains {"msg": "never"} if false

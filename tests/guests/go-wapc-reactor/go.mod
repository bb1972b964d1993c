module kubewarden-ts/tests/guests/go-wapc-reactor

go 1.25

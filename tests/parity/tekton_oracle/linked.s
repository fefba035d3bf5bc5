// Empty: with it, linked.go may declare functions that are defined elsewhere.

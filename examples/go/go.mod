module example.com/plan

go 1.19

require github.com/colocation/colocation/bindings/go v0.0.0

require google.golang.org/protobuf v1.33.0 // indirect

replace github.com/colocation/colocation/bindings/go => ../../bindings/go

package colocation

import "google.golang.org/protobuf/proto"

// MarshalJSON writes a message of colocationv1 as Kubernetes and Tekton write it
// (protojson doesn't know their syntax): a Pod as k8s.io/api/core/v1 reads it.
func MarshalJSON(message proto.Message) ([]byte, error) { return write(message, formatJSON) }

// UnmarshalJSON reads what Kubernetes' and Tekton's libraries write into a
// message of colocationv1. Fields that the library doesn't know are passed over.
func UnmarshalJSON(text []byte, message proto.Message) error {
	bytes, err := convert(nameOf(message), formatJSON, text, formatProtobuf)
	if err != nil {
		return err
	}
	if err := proto.Unmarshal(bytes, message); err != nil {
		return internalError(err)
	}
	return nil
}

func write(message proto.Message, format format) ([]byte, error) {
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		return nil, badArgument(err)
	}
	return convert(nameOf(message), formatProtobuf, bytes, format)
}

func nameOf(message proto.Message) string {
	return string(message.ProtoReflect().Descriptor().Name())
}

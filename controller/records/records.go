// Package records keeps what has to be known of a run until it ends: its plan
// and what advance() gave the last time.
package records

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	colocation "github.com/colocation/colocation/bindings/go"
	"github.com/colocation/colocation/bindings/go/colocationv1"
	"github.com/colocation/colocation/controller/tekton"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
	"k8s.io/klog/v2"
)

// A Record is what is kept of a run: a ConfigMap beside it, which it owns.
//
// The plan, because a Pipeline may be changed while a run of it goes on (Tekton
// keeps status.pipelineSpec for the same reason). The whole RunStatus, because
// PipelineRun.status can't hold the fields that are ours: Tekton's webhook
// refuses unknown fields there, and an annotation has room for 256 KiB in all.
// PipelineRun.status is written from it and never read back.
//
// Both are compressed. Where they don't fit in one ConfigMap together, the
// first one names others that have the parts, each called by its content: so a
// part never changes, and the record is written when the first one is.
//
// It is signed with a key of the controller's. Whoever may write ConfigMaps in
// the namespace of a run could otherwise choose its Pods. One that is not signed
// counts as absent: the run is planned anew, and what its Pods have done is seen
// from them.
type Record struct {
	Plan   *colocation.RunPlan
	Status *colocationv1.RunStatus
	// Nothing is left to do but to write the run's status.
	Done bool
	// The first ConfigMap as last read, to find out whether somebody else wrote
	// meanwhile.
	object *unstructured.Unstructured
	// The plan, compressed: it never changes.
	packed []byte
	// The ConfigMaps that have parts of it now.
	parts []string
}

const (
	// Of a ConfigMap's data; the API server takes 1 MiB.
	partBytes = 900 << 10
	// Of a plan, compressed. It would be some hundred thousand tasks.
	mostPlanBytes = 16 << 20
	// Of a plan or a status, when it is unpacked.
	mostUnpackedBytes = 512 << 20

	signature = "colocation.dev/signature"
)

// ErrPlanTooLarge: there are more tasks than a record has room for.
var ErrPlanTooLarge = errors.New("the plan is too large")

// A Store has the records of all runs in a cluster.
type Store struct {
	Client dynamic.Interface
	// What records are signed with.
	Key []byte
}

// errForged: the ConfigMap was not written by this controller.
var errForged = errors.New("the record is not signed by this controller")

// Name is that of the ConfigMap which a run's record begins with.
func Name(run *unstructured.Unstructured) string { return run.GetName() + "-colocation" }

// Load reads the record of a run; nil where there is none that counts.
func (s *Store) Load(ctx context.Context, run *unstructured.Unstructured) (*Record, error) {
	// From the API server: an old one would be written over a new one in vain.
	object, err := s.Client.Resource(tekton.ConfigMaps).Namespace(run.GetNamespace()).Get(ctx, Name(run), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !tekton.IsOwnedBy(object, run) {
		return nil, fmt.Errorf("the ConfigMap %s belongs to another run; waiting for it to be deleted", object.GetName())
	}
	record, err := s.read(ctx, run, object)
	if errors.Is(err, errForged) {
		klog.ErrorS(err, "planned anew", "run", klog.KObj(run))
		return nil, nil
	}
	return record, err
}

func (s *Store) read(ctx context.Context, run, object *unstructured.Unstructured) (*Record, error) {
	record := &Record{object: object, Status: &colocationv1.RunStatus{}}
	done, _, _ := unstructured.NestedString(object.Object, "data", "done")
	record.Done = done == "true"
	var packed [2][]byte
	for i, what := range []string{"plan", "status"} {
		names, _, _ := unstructured.NestedString(object.Object, "data", what+"Parts")
		for _, name := range strings.Fields(names) {
			part, err := s.Client.Resource(tekton.ConfigMaps).Namespace(run.GetNamespace()).Get(ctx, name, metav1.GetOptions{})
			if apierrors.IsNotFound(err) {
				return nil, fmt.Errorf("%w: its part %s is gone", errForged, name)
			}
			if err != nil {
				return nil, err
			}
			packed[i] = append(packed[i], content(part, "part")...)
			record.parts = append(record.parts, name)
		}
		if names == "" {
			packed[i] = content(object, what)
		}
	}
	signed, err := hex.DecodeString(object.GetAnnotations()[signature])
	if err != nil || !hmac.Equal(signed, s.sign(run, record.Done, packed[0], packed[1])) {
		return nil, errForged
	}
	record.packed = packed[0]
	message, err := unpack(packed[0], mostUnpackedBytes)
	if err != nil {
		return nil, fmt.Errorf("ConfigMap %s: plan: %w", object.GetName(), err)
	}
	if record.Plan, err = colocation.ParsePlan(message); err != nil {
		return nil, fmt.Errorf("ConfigMap %s: plan: %w", object.GetName(), err)
	}
	text, err := unpack(packed[1], mostUnpackedBytes)
	if err == nil {
		err = colocation.UnmarshalJSON(text, record.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("ConfigMap %s: status: %w", object.GetName(), err)
	}
	return record, nil
}

// sign gives what only this controller can say of the record of this run.
func (s *Store) sign(run *unstructured.Unstructured, done bool, plan, status []byte) []byte {
	mac := hmac.New(sha256.New, s.Key)
	for _, field := range [][]byte{[]byte(run.GetUID()), []byte(fmt.Sprint(done)), plan, status} {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(field)))
		mac.Write(length[:])
		mac.Write(field)
	}
	return mac.Sum(nil)
}

// Create makes the record of a run that has just been planned.
func (s *Store) Create(ctx context.Context, run *unstructured.Unstructured, plan *colocation.RunPlan, status *colocationv1.RunStatus) (*Record, error) {
	message, err := plan.Marshal()
	if err != nil {
		return nil, err
	}
	record := &Record{Plan: plan, Status: status, packed: pack(message)}
	if len(record.packed) > mostPlanBytes {
		return nil, fmt.Errorf("%w: it has %d bytes when compressed, at most %d are kept", ErrPlanTooLarge, len(record.packed), mostPlanBytes)
	}
	record.object = &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": Name(run)},
	}}
	tekton.Own(run, record.object)
	return record, s.Save(ctx, run, record)
}

// Save writes the record unless the cluster has it so already. Fails with a
// conflict where somebody else wrote since it was read.
func (s *Store) Save(ctx context.Context, run *unstructured.Unstructured, record *Record) error {
	text, err := colocation.MarshalJSON(record.Status)
	if err != nil {
		return err
	}
	status := pack(text)
	mac := hex.EncodeToString(s.sign(run, record.Done, record.packed, status))
	if record.object.GetAnnotations()[signature] == mac {
		return nil
	}
	object := record.object.DeepCopy()
	object.SetAnnotations(map[string]string{signature: mac})
	data := map[string]any{"done": fmt.Sprint(record.Done)}
	inline := map[string]any{}
	var parts []string
	if len(record.packed)+len(status) <= partBytes {
		inline["plan"] = base64.StdEncoding.EncodeToString(record.packed)
		inline["status"] = base64.StdEncoding.EncodeToString(status)
	} else {
		for what, packed := range map[string][]byte{"plan": record.packed, "status": status} {
			names, err := s.saveParts(ctx, run, packed)
			if err != nil {
				return err
			}
			data[what+"Parts"] = strings.Join(names, " ")
			parts = append(parts, names...)
		}
	}
	object.Object["data"], object.Object["binaryData"] = data, inline
	there := s.Client.Resource(tekton.ConfigMaps).Namespace(run.GetNamespace())
	if object.GetResourceVersion() == "" {
		object, err = s.createOver(ctx, run, object)
	} else {
		object, err = there.Update(ctx, object, metav1.UpdateOptions{})
	}
	if err != nil {
		return err
	}
	for _, old := range record.parts {
		if slices.Contains(parts, old) {
			continue
		}
		if err := there.Delete(ctx, old, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	record.object, record.parts = object, parts
	return nil
}

// createOver creates the first ConfigMap, in the place of one of the run's that
// does not count.
func (s *Store) createOver(ctx context.Context, run, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	there := s.Client.Resource(tekton.ConfigMaps).Namespace(run.GetNamespace())
	created, err := there.Create(ctx, object, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return created, err
	}
	forged, err := there.Get(ctx, object.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if !tekton.IsOwnedBy(forged, run) {
		return nil, fmt.Errorf("the ConfigMap %s belongs to another run; waiting for it to be deleted", object.GetName())
	}
	object.SetResourceVersion(forged.GetResourceVersion())
	return there.Update(ctx, object, metav1.UpdateOptions{})
}

// saveParts makes a ConfigMap of each part that is not there yet.
func (s *Store) saveParts(ctx context.Context, run *unstructured.Unstructured, packed []byte) ([]string, error) {
	var names []string
	for part := range slices.Chunk(packed, partBytes) {
		sum := sha256.Sum256(part)
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "v1", "kind": "ConfigMap",
			"metadata":   map[string]any{"name": Name(run) + "-" + hex.EncodeToString(sum[:16])},
			"binaryData": map[string]any{"part": base64.StdEncoding.EncodeToString(part)},
		}}
		tekton.Own(run, object)
		_, err := s.Client.Resource(tekton.ConfigMaps).Namespace(run.GetNamespace()).Create(ctx, object, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return nil, err
		}
		names = append(names, object.GetName())
	}
	return names, nil
}

// IsTooLarge says whether the API server refuses an object for its size. etcd's
// refusal comes as an internal error.
func IsTooLarge(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsRequestEntityTooLargeError(err) ||
		err != nil && strings.Contains(err.Error(), "request is too large")
}

func content(object *unstructured.Unstructured, key string) []byte {
	text, _, _ := unstructured.NestedString(object.Object, "binaryData", key)
	// What is no base64 is not signed either.
	packed, _ := base64.StdEncoding.DecodeString(text)
	return packed
}

func pack(message []byte) []byte {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	// Neither fails on a buffer.
	_, _ = writer.Write(message)
	_ = writer.Close()
	return packed.Bytes()
}

// unpack gives at most that many bytes.
func unpack(packed []byte, most int64) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	message, err := io.ReadAll(io.LimitReader(reader, most+1))
	if err == nil && int64(len(message)) > most {
		err = fmt.Errorf("it unpacks to more than %d bytes", most)
	}
	return message, err
}

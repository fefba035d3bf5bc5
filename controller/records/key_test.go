package records

import (
	"bytes"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestTheKeyIsMadeOnceAndKept(t *testing.T) {
	client := fake.NewClientset()
	first, err := Key(t.Context(), client, "ns", "key")
	if err != nil || len(first) != 32 {
		t.Fatal(first, err)
	}
	second, err := Key(t.Context(), client, "ns", "key")
	if err != nil || !bytes.Equal(first, second) {
		t.Error("another key", err)
	}
	if bytes.Equal(RandomKey(), RandomKey()) {
		t.Error("the same key for two")
	}
}

func TestAKeyThatIsTooShortIsRefused(t *testing.T) {
	client := fake.NewClientset(&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "key"}, Data: map[string][]byte{"key": []byte("short")}})
	if _, err := Key(t.Context(), client, "ns", "key"); err == nil || !strings.Contains(err.Error(), "ns/key has no key") {
		t.Error(err)
	}
}

func TestNothingUnpacksToMoreThanItMay(t *testing.T) {
	bomb := pack(bytes.Repeat([]byte{0}, 1<<20))
	if _, err := unpack(bomb, 1<<20); err != nil {
		t.Error(err)
	}
	if _, err := unpack(bomb, 1<<20-1); err == nil {
		t.Errorf("%d bytes are unpacked to more than they may be", len(bomb))
	}
}

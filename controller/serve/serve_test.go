package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestProbesAndMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewCounter(prometheus.CounterOpts{Name: "counted_total", Help: "h"}))
	fine := func() error { return nil }
	broken := func() error { return errors.New("caches are being filled") }
	for _, c := range []struct {
		name           string
		path           string
		healthy, ready Check
		code           int
		text           string
	}{
		{"Healthy", "/healthz", fine, broken, 200, "ok"},
		{"Unhealthy", "/healthz", broken, fine, 500, "caches are being filled"},
		{"Ready", "/readyz", broken, fine, 200, "ok"},
		{"NotReadyYet", "/readyz", fine, broken, 503, "caches are being filled"},
		{"Metrics", "/metrics", broken, broken, 200, "counted_total 0"},
		{"NothingElse", "/debug/pprof/", fine, fine, 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			Handler(c.healthy, c.ready, registry).ServeHTTP(answer, httptest.NewRequest("GET", c.path, nil))
			if answer.Code != c.code || !strings.Contains(answer.Body.String(), c.text) {
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
		})
	}
}

func TestServesUntilItIsTold(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	fine := func() error { return nil }
	go func() { ended <- Serve(ctx, listener, Handler(fine, fine, prometheus.NewRegistry())) }()
	answer, err := http.Get("http://" + listener.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if string(text) != "ok\n" {
		t.Errorf("%s", text)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wangge/internal/fault"
	"wangge/internal/live"
)

// Ready is the answer of /readyz while all is well.
type Ready struct {
	Status     string `json:"status" enum:"ready"`
	Generation int64  `json:"generation"`
	Districts  int    `json:"districts"`
}

func (s *Server) healthRoutes() {
	huma.Register(s.api, operation(http.MethodGet, "/healthz", "healthz", "活着 · Alive"), func(context.Context, *struct{}) (*struct {
		Body struct {
			Status string `json:"status" enum:"alive"`
		}
	}, error) {
		out := &struct {
			Body struct {
				Status string `json:"status" enum:"alive"`
			}
		}{}
		out.Body.Status = "alive"
		return out, nil
	})
	huma.Register(s.api, operation(http.MethodGet, "/readyz", "readyz", "就绪 · Ready: database reachable and safe, index built and in step", 503), s.ready)
	s.router.Get("/metrics", s.guarded("metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})))
}

type readyOutput struct{ Body Ready }

func (s *Server) ready(ctx context.Context, _ *struct{}) (*readyOutput, error) {
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	if err := s.Unsafe(); err != nil {
		return nil, err
	}
	if err := s.Store.Ping(ctx); err != nil {
		return nil, err
	}
	if since, why, ok := s.Boundaries.Stale(); !ok {
		e := fault.New(fault.Unavailable, "stale", "边界自 %[1]s 起没有与数据库核对上", "the boundaries have been out of step with the database since %[1]s",
			since.UTC().Format(time.RFC3339)).Because(errText(why))
		e.Retry = time.Second
		return nil, e
	}
	return &readyOutput{Ready{"ready", ix.Generation, len(ix.Editions())}}, nil
}

type errText string

func (e errText) Error() string { return string(e) }

// metrics are what /metrics shows.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	lookups  prometheus.Counter
	shed     *prometheus.CounterVec
}

func newMetrics(b *live.Boundaries) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "wangge_http_request_seconds",
			Help: "Time to answer, by route.", Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}},
			[]string{"route", "method", "status"}),
		lookups: prometheus.NewCounter(prometheus.CounterOpts{Name: "wangge_lookups_total", Help: "Points answered singly or in JSON batches."}),
		shed:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wangge_shed_total", Help: "Requests refused because there was too much to do, by class."}, []string{"class"}),
	}
	m.registry.MustRegister(m.requests, m.lookups, m.shed, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wangge_generation", Help: "Boundary generation in memory."}, func() float64 {
			if ix := b.Index(); ix != nil {
				return float64(ix.Generation)
			}
			return -1
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wangge_boundaries_stale", Help: "1 while the boundaries are out of step with the database."}, func() float64 {
			if _, _, ok := b.Stale(); ok {
				return 0
			}
			return 1
		}))
	return m
}

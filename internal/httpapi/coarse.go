package httpapi

import (
	"context"
	"math"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"wangge/internal/policy"
)

// coarseStep is what positions are rounded to for strangers, in lattice units:
// 5 decimals of a degree, about a metre.
const coarseStep = 100

// coarse reports whether positions have to be rounded for the caller: for whoever
// is let in as one of the public. A key is narrowed by its actions and its area
// instead.
func coarse(ctx context.Context) bool {
	seen := requestOf(ctx)
	key := seen.caller != nil && seen.caller.Key != nil
	return !seen.open && !key && seen.effect <= policy.Limited
}

// step is what positions are rounded to for the caller, in lattice units: 1 is
// exact.
func step(ctx context.Context) int32 {
	if coarse(ctx) {
		return coarseStep
	}
	return 1
}

// coarsen rounds every position of an answer to a stranger: what is [2]float64
// or [4]float64 in an answer is a position or a box. Answers are made anew for
// every request, so that they are rounded in place.
func coarsen(c huma.Context, _ string, v any) (any, error) {
	if v == nil || !coarse(c.Context()) {
		return v, nil
	}
	copied := reflect.New(reflect.TypeOf(v)).Elem()
	copied.Set(reflect.ValueOf(v))
	roundIn(copied)
	return copied.Interface(), nil
}

func roundIn(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			roundIn(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				roundIn(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			roundIn(v.Index(i))
		}
	case reflect.Array:
		if v.Type().Elem().Kind() != reflect.Float64 || !v.CanSet() {
			return
		}
		for i := range v.Len() {
			v.Index(i).SetFloat(math.Round(v.Index(i).Float()*1e5) / 1e5)
		}
	}
}

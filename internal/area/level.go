// Package area holds the subjects that have a boundary: districts (区),
// subdistricts (街道), communities (社区), grids (网格) and compounds (小区), their
// codes, their versions in boundary editions, and what is found wrong with them.
package area

import (
	"strings"

	"wangge/internal/fault"
)

// Level is the rank of an area, coarse to fine.
type Level int16

// The levels. A compound lies across grids; it is never part of the partition.
const (
	District    Level = 1
	Subdistrict Level = 2
	Community   Level = 3
	Grid        Level = 4
	Compound    Level = 5
)

// Levels lists all levels, coarse to fine.
var Levels = []Level{District, Subdistrict, Community, Grid, Compound}

var levelNames = [...]string{"", "district", "subdistrict", "community", "grid", "compound"}

var levelWords = [...]string{"", "区", "街道", "社区", "网格", "小区"}

func (l Level) String() string {
	if l < District || l > Compound {
		return "unknown"
	}
	return levelNames[l]
}

// Word is the Chinese word for the level.
func (l Level) Word() string { return levelWords[l] }

// ParseLevel reads the English name of a level. Error: unknown_level.
func ParseLevel(s string) (Level, error) {
	for _, l := range Levels {
		if s == l.String() {
			return l, nil
		}
	}
	return 0, fault.New(fault.Invalid, "unknown_level",
		"不认识层级 %q，可用：district（区）、subdistrict（街道）、community（社区）、grid（网格）、compound（小区）",
		"unknown level %q; use district, subdistrict, community, grid or compound", s)
}

// Kind tells grids apart: basic grids form the partition, dedicated ones (a
// park, a business street) lie over it.
type Kind string

// The kinds (DB6101/T 3185-2024: 基础网格, 专属网格).
const (
	Basic     Kind = "basic"
	Dedicated Kind = "dedicated"
)

// ParseKind reads a kind as files write it; "" is Basic. Error: unknown_kind.
func ParseKind(s string) (Kind, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "basic", "基础", "基础网格":
		return Basic, nil
	case "dedicated", "专属", "专属网格":
		return Dedicated, nil
	}
	return "", fault.New(fault.Unprocessable, "unknown_kind",
		"不认识网格类别 %q，可用：basic（基础）、dedicated（专属）",
		"unknown kind %q; use basic or dedicated", s)
}

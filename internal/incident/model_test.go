package incident_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wangge/internal/fault"
	. "wangge/internal/incident"
)

// model is the case as a person would keep it on a card: it knows nothing of the
// table of moves. Two clients hold a copy each and save it if nobody else has
// saved meanwhile, as the store does.
type model struct {
	state, before                       string
	returns, reworks, reopened, granted int
	level                               int
	disputed, asked, forced             bool
	unit                                uuid.UUID
	handler, accepter, asker            uuid.UUID
}

// card is one step of the model's own past.
type card struct {
	m   model
	by  uuid.UUID
	at  time.Time
	can bool // it may be taken back
}

// do says whether the action is to succeed and keeps what follows from it.
func (m *model) do(a string, who, unit uuid.UUID) bool {
	in := func(states string) bool { return slices.Contains(strings.Fields(states), m.state) }
	clear := func() { m.handler, m.accepter, m.asker, m.asked = uuid.Nil, uuid.Nil, uuid.Nil, false }
	own := who == m.handler || who == m.accepter
	to := ""
	switch a {
	case "inspect":
		to = map[bool]string{true: "inspecting"}[in("reported")]
	case "accept":
		to = map[bool]string{true: "filed"}[in("reported inspecting")]
	case "reject":
		to = map[bool]string{true: "rejected"}[in("reported inspecting")]
	case "dispatch":
		if in("filed") {
			if m.disputed {
				m.disputed, m.returns = false, 0
			}
			clear()
			m.unit, m.granted, to = unit, 0, "dispatched"
		}
	case "transfer":
		if in("dispatched handling") && unit != m.unit {
			clear()
			m.unit, to = unit, "dispatched"
		}
	case "receive":
		if in("dispatched") {
			m.accepter, to = who, "handling"
		}
	case "return":
		if in("dispatched handling") {
			clear()
			m.unit, to = uuid.Nil, "filed"
			m.returns++
			m.disputed = m.returns >= 2
		}
	case "handle":
		if in("dispatched handling") {
			m.handler, m.asker, m.asked, to = who, uuid.Nil, false, "handled"
		}
	case "verify":
		if in("handled") && !own {
			to = "verified"
		}
	case "rework":
		if in("handled verified") && !own {
			clear()
			m.granted, to = 0, "dispatched"
			m.reworks++
		}
	case "close":
		if in("verified") && !own {
			to = "closed"
		}
	case "force_close":
		if in("filed dispatched handling handled suspended") && !own {
			m.forced, m.asked, m.asker, m.before, to = true, false, uuid.Nil, "", "closed"
		}
	case "void":
		if in("filed dispatched handling suspended") {
			m.asked, m.asker, m.before, to = false, uuid.Nil, "", "voided"
		}
	case "suspend", "defer":
		if in("filed dispatched handling") {
			m.asked, m.asker, m.before, to = false, uuid.Nil, m.state, "suspended"
		}
	case "resume":
		if in("suspended") {
			to, m.before = m.before, ""
		}
	case "merge":
		if in("reported inspecting filed") {
			m.before, to = m.state, "merged"
		}
	case "split":
		if in("merged") {
			to, m.before = m.before, ""
		}
	case "extend":
		if in("dispatched handling") && !m.asked && m.granted == 0 {
			m.asked, m.asker, to = true, who, m.state
		}
	case "grant_extension", "refuse_extension":
		if in("dispatched handling") && m.asked && who != m.asker {
			m.asked, m.asker, to = false, uuid.Nil, m.state
			if a == "grant_extension" {
				m.granted++
			}
		}
	case "supervise":
		if !in("closed rejected voided merged") {
			m.level, to = m.level%3+1, m.state
		}
	case "reopen":
		if in("closed rejected") {
			to = map[bool]string{true: "filed", false: "reported"}[in("closed")]
			clear()
			m.unit, m.returns, m.granted, m.disputed, m.forced = uuid.Nil, 0, 0, false, false
			m.reopened++
		}
	}
	if to != "" {
		m.state = to
	}
	return to != ""
}

func (m *model) shows(in *Incident) bool {
	return *m == model{string(in.State), string(in.Before), in.Returns, in.Reworks, in.Reopened, in.Extensions, in.Supervised,
		in.Disputed, !in.AskedUntil.IsZero(), in.Forced, in.Unit, in.HandledBy, in.ReceivedBy, in.AskedBy}
}

var modelled = strings.Fields("inspect accept reject dispatch transfer receive return handle verify rework close force_close void suspend defer " +
	"resume merge split extend grant_extension refuse_extension supervise reopen undo " +
	"accept dispatch receive handle verify close dispatch handle undo") // what leads on, more often

// TestTheCaseGoesAsTheModelSays runs -rapid.checks sequences: 10,000 take some
// seconds.
func TestTheCaseGoesAsTheModelSays(t *testing.T) {
	t.Parallel()
	people := []uuid.UUID{desk, worker, officer}
	rapid.Check(t, func(t *rapid.T) {
		saved := *report(t, 50)
		past := saved.Fresh()
		now := start
		m := model{state: "reported"}
		cards := []card{{m: m}}
		hands := [2]Incident{saved, saved} // what each client last read
		for range rapid.IntRange(1, 50).Draw(t, "length") {
			client := rapid.IntRange(0, 1).Draw(t, "client")
			if rapid.IntRange(0, 3).Draw(t, "reads") > 0 {
				hands[client] = saved
			}
			a, who := rapid.SampledFrom(modelled).Draw(t, "action"), rapid.SampledFrom(people).Draw(t, "who")
			unit := rapid.SampledFrom([]uuid.UUID{unitA, unitB}).Draw(t, "unit")
			now = now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second)
			mine := hands[client]
			before := mine.Progress
			act := Act{By: who, At: now}
			if reasons := Reasons(Action(a)); len(reasons) > 0 {
				act.Reason = reasons[0]
			}
			err := with(t, &mine, Action(a), act, unit, past)
			fresh := mine.Fresh()
			if hands[client].Version != saved.Version { // the store says: stale
				if a == "undo" && err == nil {
					t.Fatal("an undo over somebody's head")
				}
				continue
			}
			wanted := m
			var can bool
			if a == "undo" {
				top := cards[len(cards)-1]
				if can = top.can && top.by == who && now.Sub(top.at) <= 5*time.Minute; can {
					wanted = cards[len(cards)-2].m
				}
			} else {
				can = wanted.do(a, who, unit)
			}
			if !can {
				if e, ok := fault.As(err); !ok || e.Kind != fault.Conflict || mine.Progress != before || len(fresh) > 0 {
					t.Fatalf("%s of %s: %v, want a conflict and no change", a, m.state, err)
				}
				continue
			}
			if err != nil || !wanted.shows(&mine) || len(fresh) != 1 || fresh[0].Version != saved.Version+1 {
				t.Fatalf("%s of %s: %v; the model has %+v, the case %+v", a, m.state, err, wanted, mine.Progress)
			}
			if a == "undo" && mine.Progress != past[len(past)-2].After {
				t.Fatal("undo gave back something else")
			}
			m, saved, hands[client] = wanted, mine, mine
			past = append(past, fresh...)
			cards = append(cards, card{m, who, now, a != "undo"})
		}
		for i, e := range past {
			if e.Version != int64(i+1) || i > 0 && (e.From != past[i-1].To || e.At.Before(past[i-1].At)) {
				t.Fatalf("the history has a gap at %d", i)
			}
		}
	})
}

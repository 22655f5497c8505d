package incident_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain has the model tried with 10,000 sequences where nothing else is asked
// for; rapid's own default is a hundred.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() == f.DefValue {
		_ = flag.Set("rapid.checks", "10000") // a number that it takes
	}
	os.Exit(m.Run())
}

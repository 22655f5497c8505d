package postgres_test

import (
	"os"
	"testing"

	"wangge/internal/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

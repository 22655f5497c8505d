// Command wangge is the service and its tools: serve, migrate, import, edition,
// export, demo, user, audit, locate.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"wangge/internal/audit"
	"wangge/internal/fault"
	"wangge/internal/sandbox"
)

// commands is the whole command line. Every flag is also an environment
// variable: WANGGE_ and the flag in upper case.
type commands struct {
	Lang    string           `help:"Language of messages: zh or en." enum:"zh,en" default:"zh"`
	Version kong.VersionFlag `help:"Print the version and stop."`

	Serve   serveCommand   `cmd:"" help:"Run the service."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the newest version."`
	Import  importCommand  `cmd:"" help:"Read boundaries from files into a draft edition; a dry run unless --commit."`
	Edition editionCommand `cmd:"" help:"List, check, compare and activate boundary editions."`
	Export  exportCommand  `cmd:"" help:"Write the boundaries of an edition to a file: GeoJSON, GeoPackage, Shapefile or KML."`
	Demo    demoCommand    `cmd:"" help:"Load the demo district (synthetic) into an empty database."`
	User    userCommand    `cmd:"" help:"People and their accounts: add, list, disable, reset a password; API keys."`
	Audit   auditCommand   `cmd:"" help:"Verify or export the record of who did what."`
	Locate  locateCommand  `cmd:"" help:"Answer whose a point is: one point, or a table of them."`
}

const description = `Wangge (网格): whose is this point?

Examples:
  wangge serve
  wangge import streets.geojson --level subdistrict --district 150102 --district-name 新城区
  wangge import grids.geojson --level grid --district 150102 --commit
  wangge edition activate 2026-01 --from 2026-01-01
  wangge export 2026-01 --level grid --out grids.gpkg
  wangge user add zhang.san --name 张三 --role street_officer --area 150102002
  wangge locate 111.6712,40.8301
  wangge locate 111.6712,40.8301 --at 2020-06-01
  wangge locate --in points.csv --out answers.csv`

// Exit codes (contract): findings refuse, or the arguments or files are unusable.
const (
	exitRefused = 1
	exitUsage   = 2
)

// errRefused ends a command whose findings, printed already, refuse the work.
var errRefused = errors.New("refused")

func main() {
	if len(os.Args) > 1 && os.Args[1] == "sandbox" { // a child of this program, not a command for people
		os.Exit(sandbox.Main(os.Args[2:], os.Stdin, os.Stdout))
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// terminal is what a command talks to.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	lang     string
	progress bool // err is a terminal, where a line may be rewritten
	log      *slog.Logger
}

// say picks the sentence in the language asked for.
func (t *terminal) say(zh, en string) string {
	if t.lang == "en" {
		return en
	}
	return zh
}

func run(args []string, in io.Reader, out, errOut io.Writer) int {
	var c commands
	exited := -1
	parser := kong.Must(&c, kong.Name("wangge"), kong.Description(description), kong.DefaultEnvars("WANGGE"),
		kong.Vars{"version": version()}, kong.Writers(out, errOut), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	parsed, err := parser.Parse(shieldNegative(args))
	if exited >= 0 {
		return exited // --help, --version
	}
	if err != nil {
		fmt.Fprintf(errOut, "wangge: %v\n", err)
		var usage *kong.ParseError
		if errors.As(err, &usage) {
			_ = usage.Context.PrintUsage(true)
		}
		return exitUsage
	}
	t := &terminal{in: in, out: out, err: errOut, lang: c.Lang, progress: isTerminal(errOut), log: newLog(errOut)}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(audit.By(ctx, operator()), (*context.Context)(nil))
	if _, declared := acts[actOf(parsed)]; !declared {
		fmt.Fprintf(errOut, "wangge: %s declares no action\n", parsed.Command())
		return exitUsage
	}
	err = parsed.Run(t)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errRefused):
		return exitRefused
	}
	if e, ours := fault.As(err); ours {
		fmt.Fprintf(errOut, "wangge: %s（%s）\n", e.Text(c.Lang), e.Code)
		if cause := errors.Unwrap(e); cause != nil {
			fmt.Fprintf(errOut, "  %v\n", cause)
		}
		if e.Kind == fault.Invalid || e.Kind == fault.TooLarge || e.Kind == fault.Unsupported {
			return exitUsage
		}
		return exitRefused
	}
	if ctx.Err() != nil {
		fmt.Fprintln(errOut, t.say("wangge: 已中断，没有留下改动", "wangge: interrupted; nothing was changed"))
		return exitRefused
	}
	fmt.Fprintf(errOut, "wangge: %v\n", err)
	return exitRefused
}

// negative is an argument such as -2.58,51.46, which would read as a flag.
var negative = regexp.MustCompile(`^-[0-9.]`)

// shieldNegative puts a space before western longitudes, so that they are taken
// as values; the parser of positions ignores it.
func shieldNegative(args []string) []string {
	shielded := make([]string, len(args))
	for i, a := range args {
		if negative.MatchString(a) {
			a = " " + a
		}
		shielded[i] = a
	}
	return shielded
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	return strings.Join([]string{"wangge", revision + dirty, info.GoVersion}, " ")
}

func newLog(w io.Writer) *slog.Logger {
	if isTerminal(w) {
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.NewJSONHandler(w, nil))
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}

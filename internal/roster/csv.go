package roster

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"wangge/internal/fault"
)

// maxRow is the most bytes of one row: one of full cells fits, every character
// doubled by quoting.
const maxRow = 2 * maxColumns * maxCell

// separators between columns. The last is what Chinese input methods type.
var separators = []rune{',', '\t', ';', '，'}

// readCSV reads a table of text. Errors: not_text, bad_csv, row_too_long, those
// of lines.
func readCSV(ctx context.Context, b []byte, t lines) error {
	text, err := decode(b)
	if err != nil {
		return err
	}
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // as old Macintoshes ended lines
	}
	if err := eachRow(ctx, text, separator(ctx, text, t), t.take); err != nil {
		return err
	}
	if !t.headed() {
		return t.noHeading()
	}
	return nil
}

// decode finds out the encoding of a text. Errors: not_text.
func decode(b []byte) (string, error) {
	b, mark := bytes.CutPrefix(b, []byte("\xEF\xBB\xBF"))
	guessed := !mark && !utf8.Valid(b)
	var err error
	switch {
	case !guessed:
	case bytes.HasPrefix(b, []byte("\xFF\xFE")), bytes.HasPrefix(b, []byte("\xFE\xFF")):
		b, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(b)
	default:
		b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	}
	if err != nil || !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 || guessed && bytes.ContainsRune(b, utf8.RuneError) {
		return "", fault.New(fault.Invalid, "not_text", "文件不是能读的文本（既不是 UTF-8，也不是 UTF-16 或 GBK）；请另存为 .xlsx 或“CSV UTF-8”", "the file is no text that can be read (neither UTF-8 nor UTF-16 nor GBK); save it as .xlsx or “CSV UTF-8”").Because(err)
	}
	return string(b), nil
}

// separator is the one that splits the heading into the most columns that are
// understood.
func separator(ctx context.Context, text string, t lines) rune {
	best, most := separators[0], 0
	for _, s := range separators {
		_ = eachRow(ctx, text, s, func(line int, cells []cell) error { // what is malformed is found again
			if line > headingLines {
				return io.EOF
			}
			if known := t.known(cells); known > most {
				best, most = s, known
			}
			return nil
		})
	}
	return best
}

// eachRow calls take for every row that is not empty. Errors: bad_csv,
// row_too_long, too_many_columns, ctx's, those of take.
func eachRow(ctx context.Context, text string, separator rune, take func(line int, cells []cell) error) error {
	in := &rowLimit{r: strings.NewReader(text)}
	r := csv.NewReader(in)
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
	var cells []cell
	for {
		in.n = 0
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return badCSV(err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		cells = cells[:0]
		last := 0 // columns up to the last that holds something
		for i, v := range record {
			if v != "" {
				last = i + 1
			}
		}
		line, _ := r.FieldPos(0)
		if last > maxColumns {
			return tooManyColumns(line)
		}
		for _, v := range record[:last] {
			cells = append(cells, cell{text: v})
		}
		if err := take(line, cells); err != nil {
			return err
		}
	}
}

func badCSV(err error) error {
	if _, ours := fault.As(err); ours {
		return err
	}
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		return err
	}
	return fault.New(fault.Invalid, "bad_csv", "CSV 第 %[1]d 行的引号没有配对；请改正，或另存为 .xlsx", "the quotes in line %[1]d of the CSV do not match; correct them, or save it as .xlsx", parse.StartLine).Because(err)
}

// rowLimit fails when one row grows beyond maxRow; the caller resets n.
type rowLimit struct {
	r io.Reader
	n int
}

func (l *rowLimit) Read(p []byte) (int, error) {
	if l.n > maxRow {
		return 0, fault.New(fault.TooLarge, "row_too_long", "CSV 有一行超过 %[1]d KB；多半是引号没有配对", "a row of the CSV has more than %[1]d KB; most likely its quotes do not match", maxRow>>10)
	}
	n, err := l.r.Read(p)
	l.n += n
	return n, err
}

// Package ingest reads boundary files and turns them into checked areas: every
// coordinate passes the gate here before PostGIS sees anything.
package ingest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"wangge/internal/fault"
)

// The caps of the scanner.
const (
	maxDepth  = 32      // nesting of JSON values
	maxString = 1 << 20 // bytes of one string
	maxNumber = 4096    // bytes of one number
	maxKeys   = 10_000  // keys of one object
	maxKey    = 256     // bytes of a key that is looked at
)

// kind is the kind of a JSON token.
type kind byte

const (
	tokenEnd    kind = 0 // end of input
	tokenString kind = '"'
	tokenNumber kind = '0'
	tokenTrue   kind = 't'
	tokenFalse  kind = 'f'
	tokenNull   kind = 'n'
	tokenOpen   kind = '{'
	tokenClose  kind = '}'
	tokenList   kind = '['
	tokenUnlist kind = ']'
)

// scanner pulls JSON tokens (RFC 8259) from a stream in constant memory. It is
// stricter than encoding/json where that guesses: text must be UTF-8 and
// escapes must be whole, so that a GBK file is named instead of garbled; and
// it holds no white space back, so that a file of blanks costs nothing. Commas
// and colons are checked and swallowed.
type scanner struct {
	in     *bufio.Reader
	offset int64
	stack  []byte // '{' or '[' for each open value
	// what may come next
	first   bool // just after an opening bracket
	needKey bool // in an object, before a key
	done    bool // the top value is complete
	text    []byte
}

func newScanner(r io.Reader) *scanner {
	s := &scanner{in: bufio.NewReaderSize(r, 64<<10)}
	if bom, err := s.in.Peek(3); err == nil && bom[0] == 0xEF && bom[1] == 0xBB && bom[2] == 0xBF {
		s.skip(3)
	} else if err == nil && (bom[0] == 0xFF && bom[1] == 0xFE || bom[0] == 0xFE && bom[1] == 0xFF) {
		s.done, s.stack = true, []byte{'u'} // reported by the first token
	}
	return s
}

func (s *scanner) skip(n int) {
	_, _ = s.in.Discard(n)
	s.offset += int64(n)
}

func (s *scanner) fail(code, zh, en string, args ...any) error {
	e := fault.New(fault.Invalid, code, zh, en, args...)
	e.ZH = fmt.Sprintf("%s（第 %d 字节处）", e.ZH, s.offset)
	e.EN = fmt.Sprintf("%s (at byte %d)", e.EN, s.offset)
	return e
}

func (s *scanner) syntax(what string) error {
	return s.fail("bad_json", "JSON 写法有误：%[1]s", "malformed JSON: %[1]s", what)
}

func (s *scanner) readError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return s.fail("truncated", "文件不完整，到这里就断了", "the input ends in the middle")
	}
	return err
}

func (s *scanner) peek() (byte, error) {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case ' ', '\t', '\n', '\r':
			s.offset++
			continue
		}
		return c, s.in.UnreadByte()
	}
}

// next returns the next token. For strings and numbers the text is in s.text
// until the following call.
func (s *scanner) next() (kind, error) {
	if s.done && len(s.stack) == 1 && s.stack[0] == 'u' {
		return 0, s.fail("not_utf8", "文件是 UTF-16 编码，请另存为 UTF-8", "the file is UTF-16; save it as UTF-8")
	}
	c, err := s.peek()
	if err != nil {
		if errors.Is(err, io.EOF) && s.done {
			return tokenEnd, nil
		}
		return 0, s.readError(err)
	}
	if s.done {
		return 0, s.fail("trailing_data", "JSON 结束之后还有内容", "something follows the end of the JSON value")
	}
	if n := len(s.stack); n > 0 {
		closer := byte('}')
		if s.stack[n-1] == '[' {
			closer = ']'
		}
		if c == closer {
			s.skip(1)
			s.stack = s.stack[:n-1]
			s.after()
			return kind(c), nil
		}
		if !s.first {
			if c != ',' {
				return 0, s.syntax("expected a comma or a closing bracket")
			}
			s.skip(1)
			if c, err = s.peek(); err != nil {
				return 0, s.readError(err)
			}
			if c == closer {
				return 0, s.syntax("comma before a closing bracket")
			}
		}
		if s.stack[n-1] == '{' {
			if c != '"' {
				return 0, s.syntax("expected a key in quotes")
			}
			if err := s.scanString(); err != nil {
				return 0, err
			}
			if c, err = s.peek(); err != nil {
				return 0, s.readError(err)
			}
			if c != ':' {
				return 0, s.syntax("expected a colon")
			}
			s.skip(1)
			s.needKey = true
			return tokenString, nil
		}
	}
	return s.value(c)
}

// valueNext returns the value that follows a key.
func (s *scanner) valueNext() (kind, error) {
	s.needKey = false
	c, err := s.peek()
	if err != nil {
		return 0, s.readError(err)
	}
	return s.value(c)
}

func (s *scanner) value(c byte) (kind, error) {
	switch c {
	case '{', '[':
		if len(s.stack) >= maxDepth {
			return 0, s.fail("too_deep", "嵌套超过 %[1]d 层", "nested more than %[1]d deep", maxDepth)
		}
		s.skip(1)
		s.stack = append(s.stack, c)
		s.first = true
		return kind(c), nil
	case '"':
		if err := s.scanString(); err != nil {
			return 0, err
		}
		s.after()
		return tokenString, nil
	case 't':
		return tokenTrue, s.literal("true")
	case 'f':
		return tokenFalse, s.literal("false")
	case 'n':
		return tokenNull, s.literal("null")
	}
	if c == '-' || c >= '0' && c <= '9' {
		return tokenNumber, s.scanNumber()
	}
	return 0, s.syntax(fmt.Sprintf("unexpected %q", c))
}

func (s *scanner) after() {
	s.first = false
	s.done = len(s.stack) == 0
}

func (s *scanner) literal(word string) error {
	for i := range len(word) {
		c, err := s.in.ReadByte()
		if err != nil {
			return s.readError(err)
		}
		if c != word[i] {
			return s.syntax("expected " + word)
		}
		s.offset++
	}
	s.after()
	return nil
}

func (s *scanner) scanNumber() error {
	s.text = s.text[:0]
	for {
		c, err := s.in.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s.readError(err)
		}
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			if err := s.in.UnreadByte(); err != nil {
				return err
			}
			break
		}
		if len(s.text) >= maxNumber {
			return s.fail("number_too_long", "一个数超过 %[1]d 个字符", "a number of more than %[1]d characters", maxNumber)
		}
		s.text = append(s.text, c)
		s.offset++
	}
	if !isNumber(s.text) {
		return s.syntax(fmt.Sprintf("%q is not a number", s.text))
	}
	s.after()
	return nil
}

// isNumber checks the grammar of a JSON number.
func isNumber(b []byte) bool {
	digits := func() bool {
		n := 0
		for len(b) > 0 && b[0] >= '0' && b[0] <= '9' {
			b, n = b[1:], n+1
		}
		return n > 0
	}
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	if len(b) > 1 && b[0] == '0' && b[1] >= '0' && b[1] <= '9' || !digits() {
		return false
	}
	if len(b) > 0 && b[0] == '.' {
		if b = b[1:]; !digits() {
			return false
		}
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		if b = b[1:]; len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		if !digits() {
			return false
		}
	}
	return len(b) == 0
}

// number returns the value of the number just scanned; infinite when it is
// beyond a double.
func (s *scanner) number() float64 {
	v, _ := strconv.ParseFloat(string(s.text), 64) // the grammar is checked; only range can fail, as ±Inf
	return v
}

func (s *scanner) scanString() error {
	s.skip(1)
	s.text = s.text[:0]
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return s.readError(err)
		}
		s.offset++
		switch {
		case c == '"':
			if !utf8.Valid(s.text) {
				return s.fail("not_utf8", "文字不是 UTF-8，可能是 GBK，请另存为 UTF-8",
					"the text is not UTF-8, perhaps GBK; save the file as UTF-8")
			}
			return nil
		case c < 0x20:
			return s.syntax("control character in a string")
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		default:
			s.text = append(s.text, c)
		}
		if len(s.text) > maxString {
			return s.fail("string_too_long", "一段文字超过 1 MiB", "a string of more than 1 MiB")
		}
	}
}

func (s *scanner) escape() error {
	c, err := s.in.ReadByte()
	if err != nil {
		return s.readError(err)
	}
	s.offset++
	switch c {
	case '"', '\\', '/':
		s.text = append(s.text, c)
	case 'b':
		s.text = append(s.text, '\b')
	case 'f':
		s.text = append(s.text, '\f')
	case 'n':
		s.text = append(s.text, '\n')
	case 'r':
		s.text = append(s.text, '\r')
	case 't':
		s.text = append(s.text, '\t')
	case 'u':
		r, err := s.hex4()
		if err != nil {
			return err
		}
		if utf16.IsSurrogate(r) {
			var tail [2]byte
			if _, err := io.ReadFull(s.in, tail[:]); err != nil {
				return s.readError(err)
			}
			s.offset += 2
			if tail != [2]byte{'\\', 'u'} {
				return s.syntax("half a surrogate pair")
			}
			low, err := s.hex4()
			if err != nil {
				return err
			}
			if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
				return s.syntax("half a surrogate pair")
			}
		}
		s.text = utf8.AppendRune(s.text, r)
	default:
		return s.syntax("unknown escape")
	}
	return nil
}

func (s *scanner) hex4() (rune, error) {
	var b [4]byte
	if _, err := io.ReadFull(s.in, b[:]); err != nil {
		return 0, s.readError(err)
	}
	s.offset += 4
	v, err := strconv.ParseUint(string(b[:]), 16, 16)
	if err != nil {
		return 0, s.syntax("bad \\u escape")
	}
	return rune(v), nil
}

// skipValue passes over the value whose first token was k.
func (s *scanner) skipValue(k kind) error {
	if k != tokenOpen && k != tokenList {
		return nil
	}
	depth := len(s.stack)
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		if s.needKey {
			if t, err = s.valueNext(); err != nil {
				return err
			}
		}
		if (t == tokenClose || t == tokenUnlist) && len(s.stack) < depth {
			return nil
		}
	}
}

package colocation

import (
	"fmt"
	"strings"

	"github.com/colocation/colocation/bindings/go/colocationv1"
)

// Diagnostic says what is wrong with an object, where, and what to do about it.
type Diagnostic = colocationv1.Diagnostic

// Need is something that has to be given before there can be a plan.
type Need = colocationv1.Need

// Status is why there is no plan. It is an error itself, for errors.Is:
//
//	if errors.Is(err, colocation.CannotShare) { ... }
type Status int

// The values of the C interface; there may be others in the future.
const (
	ok Status = iota
	// Refused: the objects are wrong.
	Refused
	// Needs: something has to be given first; the error is a *NeedsError.
	Needs
	// CannotShare: valid, but what has to share a Pod can't.
	CannotShare
	// Limit: a limit of the options is exceeded.
	Limit
	// BadArgument: there is no such option, Pod or task, or a plan can't be read.
	BadArgument
	// NoMemory: there was not enough memory.
	NoMemory
	// Internal: a fault of the library. Please report it.
	Internal
)

func (s Status) Error() string {
	switch s {
	case Refused:
		return "refused"
	case Needs:
		return "something is missing"
	case CannotShare:
		return "tasks can't share a Pod"
	case Limit:
		return "a limit is exceeded"
	case BadArgument:
		return "bad argument"
	case NoMemory:
		return "no memory"
	case Internal:
		return "internal error of libcolocation"
	}
	return fmt.Sprintf("status %d of libcolocation", int(s))
}

// Error is the error of every function that calls the library: get it with
// errors.As, or ask for its status with errors.Is.
type Error struct {
	Status Status
	// Diagnostics are sorted by position. Each has a code, a message, a hint, the
	// field's path, and the position in the text where there is one.
	Diagnostics []*Diagnostic
}

// Error has a line for each diagnostic, as a compiler would print it.
func (e *Error) Error() string {
	if len(e.Diagnostics) == 0 {
		return "colocation: " + e.Status.Error()
	}
	lines := make([]string, len(e.Diagnostics))
	for i, diagnostic := range e.Diagnostics {
		lines[i] = FormatDiagnostic(diagnostic)
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the status.
func (e *Error) Unwrap() error { return e.Status }

// NeedsError says what has to be given before there can be a plan: fetch it and
// ask again. It is an *Error for errors.As too.
type NeedsError struct {
	Needs []*Need
	err   *Error
}

func (e *NeedsError) Error() string { return e.err.Error() }

// Unwrap gives the *Error.
func (e *NeedsError) Unwrap() error { return e.err }

// FormatDiagnostic writes a diagnostic as a compiler would:
//
//	build.yaml:41:18: error: spec.tasks[3].runAfter[0]: no pipeline task named "uint-test" [unknown-task]
//	  hint: did you mean "unit-test"?
func FormatDiagnostic(diagnostic *Diagnostic) string {
	var text strings.Builder
	if position := diagnostic.Position; position != nil {
		fmt.Fprintf(&text, "%s:%d:%d: ", position.File, position.Line, position.Column)
	} else if file := diagnostic.Origin.GetFile(); file != "" {
		text.WriteString(file + ": ")
	}
	if diagnostic.Severity == colocationv1.Severity_SEVERITY_WARNING {
		text.WriteString("warning: ")
	} else {
		text.WriteString("error: ")
	}
	if diagnostic.Path != "" {
		text.WriteString(diagnostic.Path + ": ")
	}
	fmt.Fprintf(&text, "%s [%s]", diagnostic.Message, diagnostic.Code)
	if diagnostic.Hint != "" {
		text.WriteString("\n  hint: " + diagnostic.Hint)
	}
	return text.String()
}

func newError(status Status, report *colocationv1.Report) error {
	err := &Error{Status: status, Diagnostics: report.Diagnostics}
	if status == Needs {
		return &NeedsError{Needs: report.Needs, err: err}
	}
	return err
}

func badArgument(err error) error { return plainError(BadArgument, "bad-argument", err) }

func internalError(err error) error { return plainError(Internal, "internal", err) }

func plainError(status Status, code string, err error) error {
	return &Error{Status: status, Diagnostics: []*Diagnostic{{
		Severity: colocationv1.Severity_SEVERITY_ERROR, Code: code, Message: err.Error(),
	}}}
}

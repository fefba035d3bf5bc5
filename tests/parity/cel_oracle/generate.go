package main

import (
	"fmt"
	"math/rand"
	"strings"
)

// generator makes expressions, mostly well-typed ones that give a Boolean.
type generator struct{ random *rand.Rand }

func (g generator) one(of ...string) string { return of[g.random.Intn(len(of))] }
func (g generator) chance(percent int) bool { return g.random.Intn(100) < percent }

func (g generator) expression() string {
	expression := g.of("bool", 3, nil)
	// Some are cut, or have a part twice, as a result with a quote in it would
	// do it.
	if g.chance(7) {
		runes := []rune(expression)
		at := g.random.Intn(len(runes))
		switch g.random.Intn(3) {
		case 0:
			runes = append(runes[:at:at], runes[at+1:]...)
		case 1:
			noise := []rune(g.one("'", `"`, `\`, "(", ")", "[", ".", "!", "-", "&&", " ", "\n", "0", "x", "$", "é"))
			runes = append(runes[:at:at], append(noise, runes[at:]...)...)
		default:
			runes = append(runes[:at:at], append([]rune(g.of("string", 0, nil)), runes[at:]...)...)
		}
		expression = string(runes)
	}
	return expression
}

var types = []string{"bool", "int", "uint", "double", "string", "bytes", "list", "map", "null", "type"}

// variable is one of a macro.
type variable struct{ name, kind string }

// of makes an expression of that type; lists are of ints or strings, maps from
// strings to ints.
func (g generator) of(kind string, depth int, variables []variable) string {
	if g.chance(2) {
		kind = types[g.random.Intn(len(types))]
	}
	if g.chance(4) && depth > 0 {
		return fmt.Sprintf("dyn(%s)", g.of(kind, depth-1, variables))
	}
	if g.chance(30) {
		for _, each := range variables {
			if each.kind == kind || g.chance(5) {
				return each.name
			}
		}
	}
	if depth <= 0 {
		return g.literal(kind)
	}
	sub := func(kind string) string { return g.of(kind, depth-1, variables) }
	if g.chance(6) {
		return fmt.Sprintf("(%s ? %s : %s)", sub("bool"), sub(kind), sub(kind))
	}
	if g.chance(5) {
		return g.one(
			fmt.Sprintf("[%s, %s][%s]", sub(kind), sub(kind), g.one("0", "1", "2", "-1", "dyn(1u)", "dyn(1.0)")),
			fmt.Sprintf("{'a': %s}.a", sub(kind)),
			fmt.Sprintf("{%s: %s}[%s]", g.literal("string"), sub(kind), g.literal("string")),
		)
	}
	switch kind {
	case "bool":
		return g.condition(sub, depth, variables)
	case "int":
		switch g.random.Intn(6) {
		case 0:
			return fmt.Sprintf("size(%s)", sub(g.one("string", "list", "map", "bytes")))
		case 1:
			return fmt.Sprintf("%s.size()", sub(g.one("string", "list", "map", "bytes")))
		case 2:
			return fmt.Sprintf("int(%s)", sub(g.one("int", "uint", "double", "string")))
		case 3:
			return fmt.Sprintf("(%s %s %s)", sub("int"), g.one("+", "-", "*", "/", "%"), sub("int"))
		case 4:
			return "-" + sub("int")
		}
	case "uint":
		if g.chance(60) {
			return fmt.Sprintf("(%s %s %s)", sub("uint"), g.one("+", "-", "*", "/", "%"), sub("uint"))
		}
		return fmt.Sprintf("uint(%s)", sub(g.one("int", "uint", "double", "string")))
	case "double":
		switch g.random.Intn(4) {
		case 0:
			return fmt.Sprintf("double(%s)", sub(g.one("int", "uint", "double", "string")))
		case 1:
			return "-" + sub("double")
		case 2:
			return fmt.Sprintf("(%s %s %s)", sub("double"), g.one("+", "-", "*", "/"), sub("double"))
		}
	case "string":
		if g.chance(40) {
			return fmt.Sprintf("(%s + %s)", sub("string"), sub("string"))
		}
		if g.chance(60) {
			return fmt.Sprintf("string(%s)", sub(g.one("int", "uint", "double", "string", "bool", "bytes")))
		}
	case "bytes":
		if g.chance(50) {
			return fmt.Sprintf("(%s + %s)", sub("bytes"), sub("bytes"))
		}
		return fmt.Sprintf("bytes(%s)", sub(g.one("string", "bytes")))
	case "list":
		return g.list(sub, depth, variables)
	case "map":
		var entries []string
		for i := g.random.Intn(4); i > 0; i-- {
			entries = append(entries, sub(g.one("string", "string", "string", "int", "uint", "bool"))+": "+sub("int"))
		}
		return "{" + strings.Join(entries, ", ") + "}"
	case "type":
		return fmt.Sprintf("type(%s)", sub(types[g.random.Intn(len(types))]))
	}
	return g.literal(kind)
}

func (g generator) condition(sub func(string) string, depth int, variables []variable) string {
	same := types[g.random.Intn(len(types))]
	switch g.random.Intn(13) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", sub("bool"), g.one("&&", "||"), sub("bool"))
	case 2:
		return "!" + sub("bool")
	case 3, 4:
		return fmt.Sprintf("(%s %s %s)", sub(same), g.one("==", "!="), sub(same))
	case 5, 6:
		ordered := g.one("bool", "int", "uint", "double", "string", "bytes")
		other := ordered
		if g.chance(10) {
			other = g.one("int", "uint", "double")
		}
		return fmt.Sprintf("(%s %s %s)", sub(ordered), g.one("<", "<=", ">", ">="), sub(other))
	case 7:
		return fmt.Sprintf("%s.%s(%s)", sub("string"), g.one("startsWith", "endsWith", "contains"), sub("string"))
	case 8:
		return fmt.Sprintf("%s.matches(%s)", sub("string"), g.pattern())
	case 9:
		return fmt.Sprintf("(%s in %s)", sub(g.one("int", "string", "uint")), sub(g.one("list", "map")))
	case 10:
		if g.chance(50) {
			return fmt.Sprintf("has(%s.%s)", sub("map"), g.one("a", "b", "ab"))
		}
		return fmt.Sprintf("bool(%s)", sub(g.one("string", "bool")))
	default:
		return g.macro(g.one("all", "exists", "exists_one"), sub, depth, variables)
	}
}

func (g generator) list(sub func(string) string, depth int, variables []variable) string {
	switch g.random.Intn(5) {
	case 0:
		return fmt.Sprintf("(%s + %s)", sub("list"), sub("list"))
	case 1:
		return g.macro("filter", sub, depth, variables)
	case 2:
		return g.macro("map", sub, depth, variables)
	}
	element := g.one("int", "string")
	var elements []string
	for i := g.random.Intn(4); i > 0; i-- {
		elements = append(elements, sub(element))
	}
	return "[" + strings.Join(elements, ", ") + g.one("]", "]", ",]")
}

func (g generator) macro(name string, sub func(string) string, depth int, variables []variable) string {
	element := g.one("int", "string")
	var elements []string
	for i := g.random.Intn(4); i > 0; i-- {
		elements = append(elements, sub(element))
	}
	list := "[" + strings.Join(elements, ", ") + "]"
	if g.chance(15) {
		element = "string"
		list = sub("map")
	}
	inner := append([]variable{{g.one("x", "y", "z"), element}}, variables...)
	result := "bool"
	if name == "map" {
		result = g.one("int", "string")
		if g.chance(40) {
			return fmt.Sprintf("%s.map(%s, %s, %s)", list, inner[0].name, g.of("bool", depth-1, inner), g.of(result, depth-1, inner))
		}
	}
	return fmt.Sprintf("%s.%s(%s, %s)", list, name, inner[0].name, g.of(result, depth-1, inner))
}

func (g generator) literal(kind string) string {
	switch kind {
	case "bool":
		return g.one("true", "false")
	case "int":
		return g.one("0", "1", "2", "3", "7", "-1", "10", "0x1f", "9223372036854775807", "-9223372036854775808", "1000000")
	case "uint":
		return g.one("0u", "1u", "2U", "0xffu", "18446744073709551615u")
	case "double":
		return g.one("0.0", "1.0", "-2.5", ".5", "1e3", "1.5e-7", "1e308", "123456789.0", "9.007199254740993e15", "1e-400")
	case "string":
		return g.one("''", "'a'", "'ab'", "\"abc\"", "'true'", "'1'", "'-12'", "'1.5'", "'é'", `'\n'`, `'\x41'`, `r'\d'`,
			"'x-1.2.3'", "'A'", "'+1'", "'1e3'", "'a b'", `'\u00e9'`, "'t'", "'FALSE'", "'''a'b'''", "'🙂'", "'0'")
	case "bytes":
		return g.one("b''", "b'a'", `b'\xff'`, "b'é'", `B"ab"`, `br'\x'`)
	case "list":
		return g.one("[]", "[1]", "['a', 'b']", "[1, 2, 3]", "['a', 'ab', 'abc']", "[1, 'a']", "[[1], []]")
	case "map":
		return g.one("{}", "{'a': 1}", "{'a': 1, 'b': 2}", "{1: 2}", "{true: 1}", "{1u: 1, 2u: 2}")
	case "null":
		return "null"
	default:
		return g.one("int", "string", "list", "null_type", "type", "bool", "map", "double")
	}
}

// A pattern for matches, often with something that not every engine has.
func (g generator) pattern() string {
	var atom func(depth int) string
	atom = func(depth int) string {
		switch g.random.Intn(24) {
		default:
			return g.one("a", "b", "ab", "1", "-", "é", "x", "A", " ", "{", "a{,2}", "k")
		case 4:
			return g.one(".", "^", "$", `\b`, `\B`, `\A`, `\z`)
		case 5:
			return g.one(`\d`, `\w`, `\s`, `\D`, `\W`, `\S`, `\.`, `\-`, `\x41`, `\x{e9}`, `\n`)
		case 6:
			return g.one("[a-z]", "[^a]", "[0-9.]", "[]a]", "[a-]", "[[:alpha:]_]", "[^[:digit:]]", `[\d-]`, `[\w.-]`, "[b-a]", "[é]", "[")
		case 7, 8:
			if depth > 0 {
				return g.one("(", "(", "(?:", "(?i", "(?P<n>") + atom(depth-1) + g.one("", "|") + atom(depth-1) + ")"
			}
			return "(a|b)"
		case 9, 10:
			return atom(depth-1) + g.one("*", "+", "?", "*", "+", "?", "{2}", "{1,2}", "{0}", "{2,}", "*?", "??", "{2}?", "**", "{1001}", "{3,1}")
		case 11:
			return g.one(`\pL`, `\Qa\E`, "(?i)a", `\1`, `\07`, ")", "|", "a||b", "(a{50}){30}", "(a{10}){10}")
		}
	}
	var pattern strings.Builder
	pattern.WriteString(g.one("", "", "", "^", "(?i)", "(?s)"))
	for i := g.random.Intn(4); i >= 0; i-- {
		pattern.WriteString(atom(2))
	}
	pattern.WriteString(g.one("", "", "$"))
	if strings.Contains(pattern.String(), "'") {
		return "r\"" + pattern.String() + "\""
	}
	return "r'" + pattern.String() + "'"
}

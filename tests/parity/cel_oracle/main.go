// What Tekton makes of conditions in CEL: the expressions of ../cel_cases.txt,
// and as many made by seed as asked for, each with cel-go's verdict.
//
// As Tekton evaluates them (EvaluateCEL in pkg/reconciler/pipelinerun/resources/
// pipelinerunresolution.go): compiled in an environment without variables, and
// only a Boolean counts.
//
//	go run . > ../golden/cel.tsv
//
// One expression a line: the verdict (true, false, fails), a tab, and the
// expression as a JSON string. Expressions whose verdict changes from one time
// to the next, as the order of Go's maps does, are left out.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand"
	"os"
	"strings"

	"github.com/google/cel-go/cel"
)

// How often an expression is evaluated to see that the verdict stays.
const times = 8

func verdict(expression string) (result string) {
	defer func() {
		// cel-go panics on some keys of maps.
		if recover() != nil {
			result = "fails"
		}
	}()
	env, err := cel.NewEnv()
	if err != nil {
		log.Fatal(err)
	}
	ast, issues := env.Compile(expression)
	if issues.Err() != nil {
		return "fails"
	}
	program, err := env.Program(ast)
	if err != nil {
		return "fails"
	}
	out, _, err := program.Eval(map[string]any{})
	if err != nil {
		return "fails"
	}
	holds, ok := out.Value().(bool)
	if !ok {
		return "fails"
	}
	return fmt.Sprint(holds)
}

func stable(expression string) (string, bool) {
	first := verdict(expression)
	for i := 1; i < times; i++ {
		if verdict(expression) != first {
			return "", false
		}
	}
	return first, true
}

func cases(path string) []string {
	file, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	var expressions []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		var expression string
		if strings.HasPrefix(line, `"`) {
			if err := json.Unmarshal([]byte(line), &expression); err != nil {
				log.Fatalf("%s: %v", line, err)
			}
		} else {
			expression = line
		}
		expressions = append(expressions, expression)
	}
	return expressions
}

func main() {
	path := flag.String("cases", "../cel_cases.txt", "handwritten expressions, one a line")
	seed := flag.Int64("seed", 1, "of the generated ones")
	count := flag.Int("count", 6000, "how many to generate")
	flag.Parse()
	expressions := cases(*path)
	generator := generator{rand.New(rand.NewSource(*seed))}
	for i := 0; i < *count; i++ {
		expressions = append(expressions, generator.expression())
	}
	seen := map[string]bool{}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, expression := range expressions {
		if seen[expression] {
			continue
		}
		seen[expression] = true
		if result, ok := stable(expression); ok {
			var quoted strings.Builder
			encoder := json.NewEncoder(&quoted)
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(expression); err != nil {
				log.Fatal(err)
			}
			fmt.Fprintf(out, "%s\t%s", result, quoted.String())
		}
	}
}

// What Tekton's entrypoint makes of Secrets: hard cases and cases by a seed, one
// line of JSON each, for launcher/credentials_parity_test.cc.
//
//	go run ./credentials >../golden/credentials.jsonl
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"strings"

	"github.com/tektoncd/pipeline/pkg/credentials/dockercreds"
	"github.com/tektoncd/pipeline/pkg/credentials/gitcreds"
	"github.com/tektoncd/pipeline/pkg/credentials/matcher"
)

type credential struct {
	Kind   string `json:"kind"`
	Secret string `json:"secret"`
	URL    string `json:"url,omitempty"`
}

type testCase struct {
	Credentials []credential                 `json:"credentials"`
	Secrets     map[string]map[string]string `json:"secrets"`
	// The entrypoint ends before the step.
	Fails bool `json:"fails,omitempty"`
	// By path; the directory's own path is "DIR" in them.
	Files map[string]string `json:"files,omitempty"`
}

var flags = map[string]string{
	"BASIC_GIT": "basic-git", "SSH_GIT": "ssh-git", "BASIC_DOCKER": "basic-docker",
	"DOCKER_CONFIG_JSON": "docker-config", "DOCKERCFG": "docker-cfg",
}

// ask fills in what Tekton does.
func (c *testCase) ask() error {
	root, err := os.MkdirTemp("", "credentials")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	matcher.VolumePath = filepath.Join(root, "secrets")
	directory := filepath.Join(root, "creds")
	for name, keys := range c.Secrets {
		if err := os.MkdirAll(filepath.Join(matcher.VolumePath, name), 0o755); err != nil {
			return err
		}
		for key, content := range keys {
			if err := os.WriteFile(filepath.Join(matcher.VolumePath, name, key), []byte(content), 0o644); err != nil {
				return err
			}
		}
	}
	if err := os.Mkdir(directory, 0o755); err != nil {
		return err
	}
	set := flag.NewFlagSet("entrypoint", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	gitcreds.AddFlags(set)
	dockercreds.AddFlags(set)
	var arguments []string
	for _, one := range c.Credentials {
		argument := fmt.Sprintf("-%s=%s", flags[one.Kind], one.Secret)
		if !strings.HasPrefix(one.Kind, "DOCKER") {
			argument += "=" + one.URL
		}
		arguments = append(arguments, argument)
	}
	if set.Parse(arguments) != nil {
		c.Fails = true
		return nil
	}
	for _, write := range []func(string) error{dockercreds.NewBuilder().Write, gitcreds.NewBuilder().Write} {
		// Only a warning.
		_ = write(directory)
	}
	c.Files = map[string]string{}
	return filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(directory, path)
		c.Files[name] = strings.ReplaceAll(string(content), directory, "DIR")
		return err
	})
}

var urls = []string{
	"https://h", "https://h/", "https://h/a/b", "https://h/a%2Fb", "https://h/a b", "http://h:80/a.git", "HTTPS://H/X",
	"https://u:p@h/x", "https://u@h", "https://h?q", "https://h/a?", "https://h/#f g", "https://[::1]:8/x", "https://[fe80::1%25e]/x",
	"h", "h/a", "h:22", "h:2222/a/b", "h:/a", "h:a:b", "[::1]:22", "[::1]/x", "git@h:a", "127.0.0.1:80", "ssh://h:1:2", "https://h:1:2",
	"https://h:p", "https://h%41", "https://h%zz", "https://h/%zz", "https://ä/ö", "https://h/\"q\"", "https://h/\\", "a=b", "", "*", "//h/x",
	"///x", "mailto:x", "https:", ":x", "https://a b", "https://<h>", "h/", "/h", "h//a", "https://h/a;b,c!'()*", "h--a/b", "h#f", "https://h/a#%zz",
}

var texts = []string{"me", "p@ss:w/o?r#d", "a\\b", "new\nline\n", "", "ü", "100%", "<&>", "\u2028", " blank "}

var jsons = []string{
	`{"auths":{"https://r":{"auth":"eDp5"}}}`,
	`{"Auths":{"https://r":{"Username":"u","PASSWORD":"p","email":"e","identitytoken":"t"}},"credsStore":"s"}`,
	`{"https://r":{"auth":"YTpi"},"https://s":{"username":"<&>","auth":null}}`,
	`{}`, `null`, ``, `[]`, `{"auths":null}`, `{"auths":[]}`, `{"auths":{"https://r":"x"}}`, `{"auths":{"https://r":null}}`,
	`{"auths":{"https://r":{"auth":5}}}`, `{"auths":{"https://s":{"auth":"\ud800"}}} `, `{"auths":{}} x`,
	`{"auths":{"https://s":{"auth":"a"},"https://s":{"username":"b"}}}`, `{"auths":{"https://a":{}},"auths":{"https://b":{}}}`,
}

func pick(random *rand.Rand, from []string) string { return from[random.Intn(len(from))] }

// made is a case of its own for each random source.
func made(random *rand.Rand) *testCase {
	c := &testCase{Secrets: map[string]map[string]string{}}
	for i := range 1 + random.Intn(3) {
		name := fmt.Sprint("s", i)
		keys := map[string]string{}
		// Few have all that they should.
		key := func(name string, from []string, chance float64) {
			if random.Float64() < chance {
				keys[name] = pick(random, from)
			}
		}
		use := func(kind string, number int) {
			for range number {
				c.Credentials = append(c.Credentials, credential{kind, name, pick(random, urls)})
			}
		}
		switch random.Intn(5) {
		case 0, 1:
			key("username", texts, 0.98)
			key("password", texts, 0.98)
			use("BASIC_DOCKER", random.Intn(2))
			use("BASIC_GIT", 1+random.Intn(2))
		case 2:
			key("ssh-privatekey", texts, 0.98)
			key("known_hosts", texts, 0.5)
			use("SSH_GIT", 1+random.Intn(3))
		case 3:
			key(".dockerconfigjson", jsons, 0.95)
			c.Credentials = append(c.Credentials, credential{Kind: "DOCKER_CONFIG_JSON", Secret: name})
		case 4:
			key(".dockercfg", jsons, 0.95)
			c.Credentials = append(c.Credentials, credential{Kind: "DOCKERCFG", Secret: name})
		}
		c.Secrets[name] = keys
	}
	return c
}

func main() {
	var cases []*testCase
	for _, url := range urls {
		for _, kind := range []string{"BASIC_GIT", "SSH_GIT"} {
			cases = append(cases, &testCase{
				Credentials: []credential{{kind, "s", url}},
				Secrets:     map[string]map[string]string{"s": {"username": "u@x", "password": "p/%", "ssh-privatekey": "K"}},
			})
		}
	}
	for _, text := range texts {
		cases = append(cases, &testCase{
			Credentials: []credential{{"BASIC_GIT", "s", "https://h"}, {"BASIC_DOCKER", "s", "https://r"}, {"SSH_GIT", "s", "h"}},
			Secrets:     map[string]map[string]string{"s": {"username": text, "password": text, "ssh-privatekey": text, "known_hosts": text}},
		})
	}
	for _, text := range jsons {
		for _, kind := range []string{"DOCKER_CONFIG_JSON", "DOCKERCFG"} {
			cases = append(cases, &testCase{
				Credentials: []credential{{Kind: kind, Secret: "s"}},
				Secrets:     map[string]map[string]string{"s": {".dockerconfigjson": text, ".dockercfg": text}},
			})
		}
	}
	random := rand.New(rand.NewSource(1))
	for range 300 {
		cases = append(cases, made(random))
	}
	log.SetOutput(io.Discard)
	seen := map[string]bool{}
	for _, c := range cases {
		if err := c.ask(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		var line bytes.Buffer
		encoder := json.NewEncoder(&line)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(c); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if !seen[line.String()] {
			seen[line.String()] = true
			os.Stdout.Write(line.Bytes())
		}
	}
}

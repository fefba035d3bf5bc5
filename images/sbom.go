package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
)

type spdxPackage struct {
	Name     string          `json:"name"`
	ID       string          `json:"SPDXID"`
	Version  string          `json:"versionInfo,omitempty"`
	Download string          `json:"downloadLocation"`
	Analyzed bool            `json:"filesAnalyzed"`
	External []spdxReference `json:"externalRefs,omitempty"`
}

type spdxReference struct {
	Category string `json:"referenceCategory"`
	Type     string `json:"referenceType"`
	Locator  string `json:"referenceLocator"`
}

type spdxRelation struct {
	Element string `json:"spdxElementId"`
	Type    string `json:"relationshipType"`
	Related string `json:"relatedSpdxElement"`
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9.-]`)

// billOfMaterials is an SPDX 2.3 document (spdx.github.io/spdx-spec/v2.3) of a
// program and what others have made of what is in its image. It has no time of
// its own: the same image has the same.
func billOfMaterials(program, version string, files []file, components []component) ([]byte, error) {
	content := sha256.New()
	for _, one := range files {
		fmt.Fprintf(content, "%s\x00%d\x00", one.path, len(one.data))
		content.Write(one.data)
	}
	packages := []spdxPackage{{Name: program, ID: "SPDXRef-program", Version: version, Download: "NOASSERTION"}}
	relations := []spdxRelation{{"SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-program"}}
	for i, one := range components {
		id := fmt.Sprintf("SPDXRef-%d-%s", i, notInID.ReplaceAllString(one.name, "-"))
		packages = append(packages, spdxPackage{Name: one.name, ID: id, Version: one.version, Download: "NOASSERTION",
			External: []spdxReference{{"PACKAGE-MANAGER", "purl", one.locator}}})
		relations = append(relations, spdxRelation{"SPDXRef-program", "DEPENDS_ON", id})
	}
	return json.MarshalIndent(map[string]any{
		"spdxVersion":       "SPDX-2.3",
		"dataLicense":       "CC0-1.0",
		"SPDXID":            "SPDXRef-DOCUMENT",
		"name":              program + "-" + version,
		"documentNamespace": "https://colocation.dev/spdx/" + program + "-" + hex.EncodeToString(content.Sum(nil)[:16]),
		"creationInfo":      map[string]any{"created": "1970-01-01T00:00:00Z", "creators": []string{"Tool: colocation-images"}},
		"packages":          packages,
		"relationships":     relations,
	}, "", " ")
}

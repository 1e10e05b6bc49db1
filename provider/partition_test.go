package provider

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The table of partitions is the SDK's, with a region of each that has an STS.
func TestPartitionsAreTheSDKs(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil && os.Getenv("CREDLEASE_TEST_ALL") != "1" {
		t.Skip("go is not installed")
	}
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2").Output()
	if err != nil {
		t.Fatalf("find the SDK: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "internal", "endpoints", "awsrulesfn", "partitions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Partitions []struct {
			ID      string
			Regions map[string]any
		}
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	if len(table.Partitions) != len(partitions) {
		t.Errorf("the SDK has %d partitions, and we have %d", len(table.Partitions), len(partitions))
	}
	for _, p := range table.Partitions {
		if _, ok := p.Regions[partitions[p.ID].defaultRegion]; !ok {
			t.Errorf("default region of %s: %q is none of its regions", p.ID, partitions[p.ID].defaultRegion)
		}
		for region := range p.Regions {
			if got := partitionOf(region); got != p.ID && !strings.Contains(region, "global") {
				t.Errorf("partition of %s: got %s, want %s", region, got, p.ID)
			}
		}
	}
}

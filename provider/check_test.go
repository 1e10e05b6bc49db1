package provider

import (
	"os"
	"path/filepath"
	"testing"

	"credlease/internal/testfolder"
)

// The STS of one partition does not know the credentials of another.
func TestHomeRegionIsOfThePartition(t *testing.T) {
	folder := testfolder.New(t)
	path := filepath.Join(folder, "config")
	err := os.WriteFile(path, []byte(`[default]
credential_process = /x/credlease assume-role --role-arn=arn:aws-us-gov:iam::111122223333:role/Gov
[profile cn]
role_arn = arn:aws-cn:iam::111122223333:role/China
credential_source = Environment
[profile guest]
credential_process = /x/credlease cognito --identity-pool-id eu-west-1:12345678-90ab-cdef-1234-567890abcdef
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", path)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(folder, "credentials"))
	t.Setenv("AWS_PROFILE", "")
	for profile, want := range map[string]string{"": "us-gov-west-1", "cn": "cn-north-1", "guest": "us-east-1", "gone": "us-east-1"} {
		if got := homeRegion(t.Context(), profile); got != want {
			t.Errorf("homeRegion of profile %q: got %s, want %s", profile, got, want)
		}
	}
}

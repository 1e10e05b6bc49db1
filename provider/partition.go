package provider

import "strings"

// A partition is a part of AWS with accounts and endpoints of its own.
type partition struct {
	regionPrefixes []string
	defaultRegion  string
}

// partitions follows the SDK's table of partitions
// (aws-sdk-go-v2/internal/endpoints/awsrulesfn/partitions.json).
var partitions = map[string]partition{
	"aws":        {nil, "us-east-1"},
	"aws-cn":     {[]string{"cn-"}, "cn-north-1"},
	"aws-us-gov": {[]string{"us-gov-"}, "us-gov-west-1"},
	"aws-iso":    {[]string{"us-iso-"}, "us-iso-east-1"},
	"aws-iso-b":  {[]string{"us-isob-"}, "us-isob-east-1"},
	"aws-iso-e":  {[]string{"eu-isoe-"}, "eu-isoe-west-1"},
	"aws-iso-f":  {[]string{"us-isof-"}, "us-isof-south-1"},
	"aws-eusc":   {[]string{"eusc-"}, "eusc-de-east-1"},
}

// partitionOf returns the partition that a region belongs to.
func partitionOf(region string) string {
	for name, p := range partitions {
		for _, prefix := range p.regionPrefixes {
			if strings.HasPrefix(region, prefix) {
				return name
			}
		}
	}
	return "aws"
}

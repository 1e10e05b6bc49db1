package standin

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// The shapes are those of ListBuckets in the S3 API reference, version 2006-03-01.
type bucketList struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
	Owner   string   `xml:"Owner>ID"`
	Buckets []bucket `xml:"Buckets>Bucket"`
}

type bucket struct {
	Name         string
	CreationDate string
}

type s3Error struct {
	XMLName xml.Name `xml:"Error"`
	Code    string
	Message string
}

// signedForS3 tells S3's requests from STS's, which come to the same paths.
func signedForS3(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Authorization"), "/s3/aws4_request")
}

// serveS3 answers ListBuckets, for clients that have S3 and no STS: the one bucket
// bears the caller's ARN for a name.
func (s *Standin) serveS3(w http.ResponseWriter, r *http.Request) {
	const operation = "ListBuckets"
	f := s.fault(operation)
	id, caller, refused := s.caller(r, nil)
	if refused == nil && (r.Method != http.MethodGet || r.URL.Path != "/") {
		refused = refuse(501, "NotImplemented", "A header you provided implies functionality that is not implemented.")
	}
	if f != nil {
		if forced := f.refusal(false); forced != nil {
			refused = forced
		}
	}
	status, outcome := http.StatusOK, "ok"
	var answer any
	if refused != nil {
		status, outcome = refused.status, refused.code
		answer = s3Error{Code: refused.code, Message: refused.message}
	} else {
		answer = bucketList{Owner: caller.userID, Buckets: []bucket{{caller.arn, s.now().UTC().Format(time.RFC3339)}}}
	}
	s.record(Request{Operation: operation, AccessKeyID: id, Outcome: outcome})
	body, _ := xml.Marshal(answer)
	s.reply(w, r, f, status, "application/xml", body)
}

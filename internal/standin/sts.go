package standin

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The shapes are those of the STS API reference, version 2011-06-15.
const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

type stsCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

type assumedRoleUser struct {
	AssumedRoleID string `xml:"AssumedRoleId"`
	Arn           string
}

type stsResult struct {
	Credentials                 *stsCredentials  `xml:",omitempty"`
	AssumedRoleUser             *assumedRoleUser `xml:",omitempty"`
	SubjectFromWebIdentityToken string           `xml:",omitempty"`
	Audience                    string           `xml:",omitempty"`
	Provider                    string           `xml:",omitempty"`
	Arn                         string           `xml:",omitempty"`
	UserID                      string           `xml:"UserId,omitempty"`
	Account                     string           `xml:",omitempty"`
}

type stsError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (s *Standin) serveSTS(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") == "" {
		form = r.URL.Query()
	}
	operation := form.Get("Action")
	parameters := map[string]any{}
	for name := range form {
		if name != "Action" && name != "Version" {
			parameters[name] = form.Get(name)
		}
	}
	f := s.fault(operation)
	result, id, refused := s.doSTS(r, body, operation, form)
	if f != nil {
		if forced := f.refusal(false); forced != nil {
			refused = forced
		}
	}
	outcome := "ok"
	if refused != nil {
		outcome = refused.code
	}
	s.record(Request{Operation: operation, Parameters: parameters, AccessKeyID: id, Outcome: outcome})
	if refused != nil {
		s.reply(w, r, f, refused.status, "text/xml", stsErrorBody(refused))
		return
	}
	s.reply(w, r, f, http.StatusOK, "text/xml", stsBody(operation, result))
}

func stsErrorBody(refused *refusal) []byte {
	who := "Sender"
	if refused.status >= 500 {
		who = "Receiver"
	}
	body, _ := xml.Marshal(stsError{Namespace: stsNamespace, Type: who, Code: refused.code, Message: refused.message, RequestID: randomUUID()})
	return body
}

func stsBody(operation string, result stsResult) []byte {
	inner, _ := xml.Marshal(struct {
		XMLName xml.Name
		stsResult
	}{xml.Name{Local: operation + "Result"}, result})
	return []byte("<" + operation + `Response xmlns="` + stsNamespace + `">` + string(inner) +
		"<ResponseMetadata><RequestId>" + randomUUID() + "</RequestId></ResponseMetadata></" + operation + "Response>")
}

func (s *Standin) doSTS(r *http.Request, body []byte, operation string, form url.Values) (stsResult, string, *refusal) {
	if operation == "AssumeRoleWithWebIdentity" {
		result, refused := s.assumeRoleWithWebIdentity(form)
		return result, "", refused
	}
	id, caller, refused := s.caller(r, body)
	if refused != nil {
		return stsResult{}, id, refused
	}
	var result stsResult
	switch operation {
	case "AssumeRole":
		result, refused = s.assumeRole(caller, form)
	case "GetSessionToken":
		result, refused = s.getSessionToken(caller, form)
	case "GetCallerIdentity":
		result = stsResult{Arn: caller.arn, UserID: caller.userID, Account: strings.Split(caller.arn, ":")[4]}
	default:
		refused = refuse(400, "InvalidAction", "Could not find operation "+operation+" for version 2011-06-15")
	}
	return result, id, refused
}

var (
	roleForm        = regexp.MustCompile(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/(?:[!-~]+/)?([\w+=,.@-]{1,64})$`)
	sessionNameForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
	externalIDForm  = regexp.MustCompile(`^[\w+=,.@:/-]+$`)
)

func invalid(message string) *refusal { return refuse(400, "ValidationError", message) }

// duration reads DurationSeconds within an operation's limits.
func duration(form url.Values, least, most, standard int) (time.Duration, *refusal) {
	text := form.Get("DurationSeconds")
	if text == "" {
		return time.Duration(standard) * time.Second, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, invalid("1 validation error detected: Value '" + text + "' at 'durationSeconds' failed to satisfy constraint: Member must have value between " + strconv.Itoa(least) + " and " + strconv.Itoa(most))
	}
	return time.Duration(n) * time.Second, nil
}

// role checks what AssumeRole and AssumeRoleWithWebIdentity have in common.
func (s *Standin) role(form url.Values) (partition, account, name string, lifetime time.Duration, refused *refusal) {
	match := roleForm.FindStringSubmatch(form.Get("RoleArn"))
	if match == nil {
		return "", "", "", 0, invalid(form.Get("RoleArn") + " is invalid")
	}
	if !sessionNameForm.MatchString(form.Get("RoleSessionName")) {
		return "", "", "", 0, invalid("1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}")
	}
	lifetime, refused = duration(form, 900, 43200, 3600)
	if refused == nil && match[3] == "onehour" && lifetime > time.Hour {
		refused = invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return match[1], match[2], match[3], lifetime, refused
}

func (s *Standin) assumeRole(caller *key, form url.Values) (stsResult, *refusal) {
	partition, account, name, lifetime, refused := s.role(form)
	if refused != nil {
		return stsResult{}, refused
	}
	external := form.Get("ExternalId")
	if external != "" && (len(external) < 2 || len(external) > 1224 || !externalIDForm.MatchString(external)) {
		return stsResult{}, invalid("1 validation error detected: Value at 'externalId' failed to satisfy constraint")
	}
	if caller.role && lifetime > time.Hour {
		return stsResult{}, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	if refused := checkSession(account, form); refused != nil {
		return stsResult{}, refused
	}
	mfa, refused := s.checkCode(caller, form)
	if refused != nil {
		return stsResult{}, refused
	}
	if name == "denied" || name == "external" && external != "the-external-id" || name == "mfa" && !mfa {
		return stsResult{}, refuse(403, "AccessDenied", "User: "+caller.arn+" is not authorized to perform: sts:AssumeRole on resource: "+form.Get("RoleArn"))
	}
	padding, _ := strconv.Atoi(form.Get("MinimumSessionTokenSize"))
	return s.roleSession(key{mfa: mfa, padding: padding}, partition, account, name, form.Get("RoleSessionName"), lifetime), nil
}

func (s *Standin) roleSession(k key, partition, account, name, session string, lifetime time.Duration) stsResult {
	user := assumedRoleUser{
		AssumedRoleID: "AROASTANDINROLE00001:" + session,
		Arn:           "arn:" + partition + ":sts::" + account + ":assumed-role/" + name + "/" + session,
	}
	k.arn, k.userID, k.role = user.Arn, user.AssumedRoleID, true
	id, issued := s.issue(k, lifetime)
	return stsResult{Credentials: stsCredentialsOf(id, issued), AssumedRoleUser: &user}
}

func stsCredentialsOf(id string, k *key) *stsCredentials {
	return &stsCredentials{id, k.secret, k.token, k.expires.UTC().Format(time.RFC3339)}
}

func (s *Standin) getSessionToken(caller *key, form url.Values) (stsResult, *refusal) {
	if caller.temporary() {
		return stsResult{}, refuse(403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	}
	lifetime, refused := duration(form, 900, 129600, 43200)
	if refused != nil {
		return stsResult{}, refused
	}
	mfa, refused := s.checkCode(caller, form)
	if refused != nil {
		return stsResult{}, refused
	}
	id, k := s.issue(key{arn: caller.arn, userID: caller.userID, mfa: mfa}, lifetime)
	return stsResult{Credentials: stsCredentialsOf(id, k)}, nil
}

func (s *Standin) assumeRoleWithWebIdentity(form url.Values) (stsResult, *refusal) {
	partition, account, name, lifetime, refused := s.role(form)
	if refused != nil {
		return stsResult{}, refused
	}
	if refused := checkSession(account, form); refused != nil {
		return stsResult{}, refused
	}
	if token := form.Get("WebIdentityToken"); len(token) > 20_000 {
		return stsResult{}, invalid("1 validation error detected: Value '" + token + "' at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000")
	}
	token, refused := s.webIdentity(form.Get("ProviderId"), form.Get("WebIdentityToken"))
	if refused != nil {
		return stsResult{}, refused
	}
	if name == "denied" || name == "loggedin" && !slices.Contains(token.Methods, "authenticated") {
		return stsResult{}, refuse(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	}
	padding, _ := strconv.Atoi(form.Get("MinimumSessionTokenSize"))
	result := s.roleSession(key{padding: padding}, partition, account, name, form.Get("RoleSessionName"), lifetime)
	result.SubjectFromWebIdentityToken, result.Audience, result.Provider = token.Subject, token.Audience, token.Issuer
	return result, nil
}

// webIdentity reads a token: of OpenID Connect or, where a provider is named, an
// access token, in which there is nothing to read.
func (s *Standin) webIdentity(provider, text string) (jwt, *refusal) {
	switch provider {
	case "":
	case "www.amazon.com", "graph.facebook.com":
		return jwt{Issuer: provider, Subject: "user"}, nil
	default:
		return jwt{}, refuse(400, "InvalidParameterValue", "Unsupported ProviderId "+provider)
	}
	token, ok := readJWT(text)
	if !ok {
		return jwt{}, refuse(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	}
	if !s.now().Before(token.expires()) {
		return jwt{}, refuse(400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time")
	}
	if token.Issuer == "https://"+cognitoIssuer {
		if _, ok := s.ownToken(text); !ok {
			return jwt{}, refuse(400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements")
		}
	}
	return token, nil
}

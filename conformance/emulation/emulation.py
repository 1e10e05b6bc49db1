"""What the emulated clients share: the profile, the signed call and a program's manners.

An emulation runs the process, reads its answer and keeps it as the SDK does, by rules
read in the SDK's source. The file EMULATED beside each names the source. It signs with
botocore, so that a real server can tell whether the credentials arrived whole.
"""
import os
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials


class Failure(Exception):
    """What the SDK tells its user."""


def profile():
    """The keys of the profile that AWS_PROFILE names, from the config file."""
    wanted = os.environ.get("AWS_PROFILE", "default")
    section, keys = None, {}
    with open(os.environ["AWS_CONFIG_FILE"], encoding="utf-8") as file:
        for line in map(str.strip, file):
            name, equals, value = line.partition("=")
            if line.startswith("["):
                section = line.strip("[]").split()
            elif equals and not line.startswith(("#", ";")) and section == ["profile", wanted]:
                keys[name.strip()] = value.strip()
    return keys


def whoami(credentials):
    """Asks STS; without credentials the request goes out unsigned."""
    request = AWSRequest("POST", os.environ["AWS_ENDPOINT_URL"], data="Action=GetCallerIdentity&Version=2011-06-15")
    request.headers["Content-Type"] = "application/x-www-form-urlencoded"
    if credentials:
        SigV4Auth(ReadOnlyCredentials(*credentials), "sts", os.environ["AWS_REGION"]).add_auth(request)
    sent = request.prepare()
    try:
        with urllib.request.urlopen(urllib.request.Request(sent.url, sent.body.encode(), dict(sent.headers))) as answer:
            return ElementTree.parse(answer).findtext(".//{*}Arn")
    except urllib.error.HTTPError as error:
        answer = ElementTree.parse(error)
        raise Failure(f"{answer.findtext('.//{*}Code')}: {answer.findtext('.//{*}Message')}") from None
    except urllib.error.URLError as error:
        raise Failure(error.reason) from None


def main(credentials):
    """Calls GetCallerIdentity with what credentials() returns for each call."""
    def call(_=None):
        return whoami(credentials())

    threads = int(os.environ.get("CONFORMANCE_THREADS", "1"))
    try:
        with ThreadPoolExecutor(threads) as pool:
            for arn in pool.map(call, range(threads)):
                print(arn)
        for _ in range(int(sys.argv[1])):
            print(call())
    except Failure as failure:
        sys.exit(str(failure))

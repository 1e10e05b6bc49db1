"""The client of the Common Runtime, which signs for its users and has no STS."""
import io
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from xml.etree import ElementTree

from awscrt import auth, http

endpoint = urlsplit(os.environ["AWS_ENDPOINT_URL"])
provider = auth.AwsCredentialsProvider.new_default_chain()
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"


def whoami(_=None):
    headers = http.HttpHeaders([
        ("Host", endpoint.netloc),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Content-Length", str(len(BODY))),
    ])
    request = http.HttpRequest("POST", "/", headers, io.BytesIO(BODY))
    config = auth.AwsSigningConfig(
        credentials_provider=provider, region=os.environ["AWS_REGION"], service="sts")
    signed = auth.aws_sign_request(request, config).result()
    connection = http.HttpClientConnection.new(endpoint.hostname, endpoint.port).result()
    answer = bytearray()
    stream = connection.request(signed, on_body=lambda http_stream, chunk: answer.extend(chunk))
    stream.activate()
    status = stream.completion_future.result()
    if status != 200:
        raise RuntimeError(f"{status}: {answer.decode()}")
    return ElementTree.fromstring(answer).findtext(".//{*}Arn")


try:
    threads = int(os.environ.get("CONFORMANCE_THREADS", "1"))
    with ThreadPoolExecutor(threads) as pool:
        for arn in pool.map(whoami, range(threads)):
            print(arn)
    for _ in range(int(sys.argv[1])):
        print(whoami())
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")

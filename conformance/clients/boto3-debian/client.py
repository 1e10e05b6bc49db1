import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3

try:
    # This version does not know AWS_ENDPOINT_URL.
    sts = boto3.client("sts", endpoint_url=os.environ["AWS_ENDPOINT_URL"])

    def whoami(_=None):
        return sts.get_caller_identity()["Arn"]

    threads = int(os.environ.get("CONFORMANCE_THREADS", "1"))
    with ThreadPoolExecutor(threads) as pool:
        for arn in pool.map(whoami, range(threads)):
            print(arn)
    for _ in range(int(sys.argv[1])):
        print(whoami())
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")

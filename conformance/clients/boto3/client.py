import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3


def whoami(_=None):
    return sts.get_caller_identity()["Arn"]


try:
    sts = boto3.client("sts")
    threads = int(os.environ.get("CONFORMANCE_THREADS", "1"))
    with ThreadPoolExecutor(threads) as pool:
        for arn in pool.map(whoami, range(threads)):
            print(arn)
    for _ in range(int(sys.argv[1])):
        print(whoami())
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")

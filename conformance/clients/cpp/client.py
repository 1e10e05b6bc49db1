"""The SDK for C++ as Apache Arrow builds it in: it has S3 and no STS.

The server gives its caller's ARN as the name of the caller's one bucket.
"""
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from pyarrow import fs


try:
    s3 = fs.S3FileSystem(endpoint_override=os.environ["AWS_ENDPOINT_URL"], region=os.environ["AWS_REGION"])

    def whoami(_=None):
        return s3.get_file_info(fs.FileSelector(""))[0].path

    threads = int(os.environ.get("CONFORMANCE_THREADS", "1"))
    with ThreadPoolExecutor(threads) as pool:
        for arn in pool.map(whoami, range(threads)):
            print(arn)
    for _ in range(int(sys.argv[1])):
        print(whoami())
except OSError as error:
    sys.exit(f"{type(error).__name__}: {error}")

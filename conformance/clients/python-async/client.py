import asyncio
import os
import sys

from aws_sdk_sts.client import AsyncSTSClient
from aws_sdk_sts.models import GetCallerIdentityInput


async def main(calls):
    async with AsyncSTSClient() as sts:
        async def whoami():
            return (await sts.get_caller_identity(GetCallerIdentityInput())).arn

        threads = int(os.environ.get("CONFORMANCE_THREADS", "1"))
        for arn in await asyncio.gather(*(whoami() for _ in range(threads))):
            print(arn)
        for _ in range(calls):
            print(await whoami())


try:
    asyncio.run(main(int(sys.argv[1])))
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")

import sys

import boto3

pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(
    Bucket=sys.argv[1], PaginationConfig={"PageSize": 100})
print(sum(len(page["Contents"]) for page in pages))

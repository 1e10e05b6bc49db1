import sys

import boto3

bucket = boto3.resource("s3").Bucket(sys.argv[1])
print(sum(1 for _ in bucket.objects.page_size(100)))

import { paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";

const client = new S3Client({ forcePathStyle: true });
let keys = 0;
for await (const page of paginateListObjectsV2({ client, pageSize: 100 }, { Bucket: process.argv[2] })) {
  keys += page.Contents.length;
}
console.log(keys);

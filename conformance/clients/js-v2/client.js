const { STS } = require("aws-sdk");

// It is older than AWS_ENDPOINT_URL.
const sts = new STS({ endpoint: process.env.AWS_ENDPOINT_URL });
const whoami = async () => console.log((await sts.getCallerIdentity().promise()).Arn);

(async () => {
  const atOnce = Number(process.env.CONFORMANCE_THREADS ?? 1);
  await Promise.all(Array.from({ length: atOnce }, whoami));
  for (let i = 0; i < Number(process.argv[2]); i++) await whoami();
})().catch((error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
});

import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const sts = new STSClient();
const whoami = async () => console.log((await sts.send(new GetCallerIdentityCommand())).Arn);

try {
  const atOnce = Number(process.env.CONFORMANCE_THREADS ?? 1);
  await Promise.all(Array.from({ length: atOnce }, whoami));
  for (let i = 0; i < Number(process.argv[2]); i++) await whoami();
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
}

<?php
// Runs credential_process as the AWS SDK for PHP does: shell_exec, whose exit code nobody sees.

use AsyncAws\Core\Configuration;
use AsyncAws\Core\Credentials\CredentialProvider;
use AsyncAws\Core\Credentials\Credentials;
use AsyncAws\Core\Sts\StsClient;

require '/usr/share/php/AsyncAws/Core/autoload.php';

/** The SDK asks the credentials file first, then the config file, and keeps the answer until it expires. */
final class Process implements CredentialProvider
{
    private ?Credentials $kept = null;

    public function getCredentials(Configuration $configuration): ?Credentials
    {
        if (null === $this->kept || $this->kept->isExpired()) {
            $this->kept = $this->run($this->command());
        }

        return $this->kept;
    }

    private function command(): string
    {
        $profile = getenv('AWS_PROFILE') ?: 'default';
        $places = [
            [getenv('AWS_SHARED_CREDENTIALS_FILE') ?: getenv('HOME') . '/.aws/credentials', $profile],
            [getenv('AWS_CONFIG_FILE') ?: getenv('HOME') . '/.aws/config', "profile $profile"],
        ];
        foreach ($places as [$file, $section]) {
            // Lines that begin with # are dropped, since PHP's ini files know only ; for a comment.
            $text = preg_replace('/^#.*\n/m', '', (string) @file_get_contents($file));
            $profiles = parse_ini_string($text, true, INI_SCANNER_RAW) ?: [];
            if (isset($profiles[$section]['credential_process'])) {
                return $profiles[$section]['credential_process'];
            }
        }
        throw new RuntimeException("No credential_process present in INI profile '$profile'");
    }

    private function run(string $command): Credentials
    {
        $answer = json_decode((string) shell_exec($command), true);
        if (1 !== ($answer['Version'] ?? 1)) {
            throw new RuntimeException('credential_process does not return Version == 1');
        }
        if (!isset($answer['AccessKeyId'], $answer['SecretAccessKey'])) {
            throw new RuntimeException('credential_process does not return valid credentials');
        }
        $expires = null;
        if (isset($answer['Expiration'])) {
            try {
                $expires = new DateTimeImmutable($answer['Expiration']);
            } catch (Exception $e) {
                throw new RuntimeException('credential_process returned invalid expiration');
            }
            if ($expires < new DateTimeImmutable()) {
                throw new RuntimeException('credential_process returned expired credentials');
            }
        }

        return new Credentials($answer['AccessKeyId'], $answer['SecretAccessKey'], $answer['SessionToken'] ?? null ?: null, $expires);
    }
}

try {
    $sts = new StsClient(
        ['endpoint' => getenv('AWS_ENDPOINT_URL'), 'region' => getenv('AWS_REGION')],
        new Process()
    );
    for ($i = 0; $i <= (int) $argv[1]; ++$i) {
        echo $sts->getCallerIdentity()->getArn(), "\n";
    }
} catch (Exception $e) {
    fwrite(STDERR, $e->getMessage() . "\n");
    exit(1);
}

"""Runs credential_process as the AWS SDK for .NET does on Unix: sh, by an escaped argument string."""
import json
import re
import subprocess
import threading
from datetime import datetime, timedelta, timezone

import emulation

BUFFER = timedelta(minutes=1)  # Expiration is taken to be that much earlier.
PREEMPT = timedelta(minutes=15)

# Keys that, beside credential_process, make a profile of no known type.
OTHERS = {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "role_arn", "source_profile",
          "role_session_name", "external_id", "mfa_serial", "credential_source", "services", "endpoint_url"}


def arguments(text):
    """Splits as .NET splits ProcessStartInfo.Arguments: backslashes count only before a quote."""
    words, word, quoted, i = [], None, False, 0
    while i < len(text):
        slashes = len(text[i:]) - len(text[i:].lstrip("\\"))
        i += slashes
        before_quote = text[i:i + 1] == '"'
        if slashes:
            word = (word or "") + "\\" * (slashes // 2 if before_quote else slashes)
        if before_quote:
            if slashes % 2:
                word += '"'
            else:
                quoted, word = not quoted, word or ""
        elif text[i:i + 1] in (" ", "\t") and not quoted:
            if word is not None:
                words.append(word)
            word = None
        else:
            word = (word or "") + text[i:i + 1]
        i += 1
    return words if word is None else words + [word]


class Provider:
    def __init__(self):
        self.lock = threading.Lock()
        self.kept = None

    def credentials(self):
        """In the last minute, or with nothing, callers wait; in the quarter before, one refreshes behind."""
        kept, now = self.kept, datetime.now(timezone.utc)
        if not kept or now >= kept[1]:
            with self.lock:
                if self.kept is kept:
                    self.kept = self.run()
                return self.kept[0]
        if now >= kept[1] - PREEMPT and self.lock.acquire(blocking=False):
            threading.Thread(target=self.refresh).start()
        return kept[0]

    def refresh(self):
        """Nobody hears of what goes wrong here."""
        try:
            self.kept = self.run()
        except emulation.Failure:
            pass
        finally:
            self.lock.release()

    def run(self):
        profile = emulation.profile()
        if "credential_process" not in profile or OTHERS & set(profile):
            raise emulation.Failure("Failed to resolve AWS credentials: the profile is of no known type.")
        escaped = profile["credential_process"].replace("\\", "\\\\").replace('"', '\\"')
        run = subprocess.run(["sh", *arguments(f'-c "{escaped}"')], capture_output=True, text=True)
        if run.returncode != 0:
            raise emulation.Failure(f"Command returned non-zero exit value {run.returncode} with the error - {run.stderr}".rstrip())
        keys, expires = self.decode(run.stdout)
        if datetime.now(timezone.utc) >= expires:
            raise emulation.Failure("The retrieved credentials have already expired")
        return keys, expires - BUFFER

    def decode(self, text):
        try:
            answer = json.loads(text)
            if "Version" not in answer:
                raise emulation.Failure("Missing required parameter - Version in JSON Payload")
            if type(answer["Version"]) is not int or answer["Version"] != 1:
                raise emulation.Failure("Unsupported credential version")
            until = answer.get("Expiration", "9999-12-31T23:59:59Z")
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)", until):
                raise ValueError("Expiration")
            until = re.sub(r"\.\d+", "", until).replace("Z", "+00:00")
            return (answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("SessionToken")), datetime.fromisoformat(until)
        except (ValueError, KeyError, TypeError):
            raise emulation.Failure(
                "The response back from the process credential provider returned back a malformed JSON document.") from None


emulation.main(Provider().credentials)

"""Runs credential_process as the AWS SDK for Swift does: by the user's shell, stderr in stdout's pipe."""
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone

import emulation

WINDOW = timedelta(minutes=5)


def expiration(text):
    """ISO8601DateFormatter's default form has no fraction; another form is no expiration, so never due."""
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:?\d\d)", text):
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    return None


class Chain:
    """An actor, but a re-entrant one: nothing keeps callers from running the process at once."""

    def __init__(self):
        self.kept = None

    def credentials(self):
        if self.kept:
            keys, expires = self.kept
            if expires is None or datetime.now(timezone.utc) < expires - WINDOW:
                return keys
        self.kept = self.run()
        return self.kept[0]

    def run(self):
        command = emulation.profile().get("credential_process")
        if command is None:
            raise emulation.Failure("ProcessAWSCredentialsResolver: credential_process not found in file based config.")
        read, write = os.pipe()
        with os.fdopen(read, "rb") as answer:
            shell = subprocess.Popen([os.environ.get("SHELL", "/bin/sh"), "-c", command], stdout=write, stderr=write)
            os.close(write)
            status = shell.wait()  # It reads only then, so that an answer beyond the pipe's buffer hangs.
            if status != 0:
                raise emulation.Failure("ProcessAWSCredentialsResolver: credential_process threw an error.")
            return self.decode(answer.read())

    def decode(self, text):
        """Version must be an integer; which one is not looked at."""
        try:
            answer = json.loads(text)
            if type(answer["Version"]) is not int:
                raise ValueError("Version")
            keys = answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("SessionToken")
            until = answer.get("Expiration")
            return keys, None if until is None else expiration(until)
        except (ValueError, KeyError, TypeError):
            raise emulation.Failure(
                "ProcessAWSCredentialsResolver: Failed to decode response from credential_process.") from None


emulation.main(Chain().credentials)

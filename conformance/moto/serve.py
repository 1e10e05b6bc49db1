"""Serves moto with a bucket of objects until its stdin ends."""
import logging
import sys

from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
server.start()
s3 = s3_backends["123456789012"]["aws"]
s3.create_bucket("conformance", "us-east-1")
for i in range(int(sys.argv[1])):
    s3.put_object("conformance", f"key-{i:05}", b"")
host, port = server.get_host_and_port()
print(f"http://{host}:{port}", flush=True)
sys.stdin.read()
server.stop()

"""A real S3-compatible server on loopback, and folders."""

import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test-secret",
        "AWS_REGION": "us-east-1"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def server():
    port = free_port()
    process = subprocess.Popen(
        [os.path.join(os.path.dirname(sys.executable), "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait()


class Gate(ThreadingHTTPServer):
    """Hands requests on to the server, and holds them up after some writes."""

    daemon_threads = True

    def __init__(self, target):
        super().__init__(("127.0.0.1", 0), Handler)
        self.target, self.left, self.held = target, None, threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def hand_on(self):
        gate = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command == "PUT" and gate.left is not None:
            gate.left -= 1
            if gate.left < 0:
                gate.held.set()
                time.sleep(3_600)
        inner = http.client.HTTPConnection("127.0.0.1", gate.target, timeout=60)
        inner.request(self.command, self.path, body, dict(self.headers))
        answer = inner.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", answer.getheader("Content-Length") or len(content))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = hand_on


@pytest.fixture
def bucket(server, request):
    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{server}", region_name="us-east-1",
                          aws_access_key_id="test", aws_secret_access_key="test-secret")
    name = "lake-" + hashlib.sha1(request.node.name.encode()).hexdigest()[:12]
    client.create_bucket(Bucket=name)
    return client, name


def objects(bucket):
    client, name = bucket
    found = {}
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
        for entry in page.get("Contents", []):
            body = client.get_object(Bucket=name, Key=entry["Key"])["Body"].read()
            found[entry["Key"]] = hashlib.sha256(body).hexdigest()
    return found


def destination(place, name, bucket, endpoint, files=""):
    place.add(f'\n[[destinations]]\nname = "{name}"\nkind = "s3"\nbucket = "{bucket[1]}"\n'
              f'prefix = "club/"\nendpoint = "{endpoint}"\n{files}')


def expected(run, keep=lambda path: True):
    outputs = json.loads((run / "manifest.json").read_text())["outputs"]
    return {f"club/runs/{run.name}/{path}": record["sha256"]
            for path, record in outputs.items() if keep(path)}


def whole(found, run, keep=lambda path: True):
    files = dict(found)
    files.pop(f"club/runs/{run.name}/manifest.json")
    files.pop("club/current.json")
    return {key: value for key, value in files.items() if run.name in key} == expected(run, keep)


def test_a_run_is_delivered_and_again(sample, server, bucket):
    destination(sample, "lake", bucket, f"http://127.0.0.1:{server}")
    first, second = sample.runs
    said = sample.deliver(second.name, "lake", env=KEYS)
    assert "and current" in said
    found = objects(bucket)
    assert whole(found, second)
    client, name = bucket
    # What somebody removed is put back; what is there stays.
    lost = f"club/runs/{second.name}/lists/csv/calls-call.csv"
    client.delete_object(Bucket=name, Key=lost)
    sample.deliver(second.name, "lake", env=KEYS)
    assert objects(bucket) == found
    # An earlier night does not become the current one.
    assert "a later night stays" in sample.deliver(first.name, "lake", env=KEYS)
    current = client.get_object(Bucket=name, Key="club/current.json")["Body"].read()
    assert json.loads(current)["run_id"] == second.name
    assert whole(objects(bucket), first)
    state = json.loads((sample.folder / f"out/runs/{second.name}.deliveries.json").read_text())
    assert state["lake"]["delivered"] and state["lake"]["current"]


def test_a_delivery_killed_on_the_way_shows_no_manifest_and_is_made_good(sample, server, bucket):
    gate = Gate(server)
    destination(sample, "gate", bucket, gate.url)
    run = sample.runs[-1]
    gate.left = 20
    process = subprocess.Popen(
        [os.environ["CLUBCALL"], "deliver", run.name, "--pipeline", sample.pipeline, "--to", "gate"],
        cwd=sample.folder, env={**os.environ, **KEYS},
    )
    assert gate.held.wait(60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    there = objects(bucket)
    assert len(there) == 20
    assert not [key for key in there if key.endswith(("manifest.json", "current.json"))]
    gate.left = None
    sample.deliver(run.name, "gate", env=KEYS)
    assert whole(objects(bucket), run)


def test_only_lists_go_where_only_lists_are_asked_for(sample, server, bucket):
    destination(sample, "lists", bucket, f"http://127.0.0.1:{server}", 'files = ["lists/csv/*"]\n')
    run = sample.runs[-1]
    sample.deliver(run.name, "lists", env=KEYS)
    found = objects(bucket)
    assert whole(found, run, lambda path: path.startswith("lists/csv/"))
    client, name = bucket
    manifest = json.loads(client.get_object(
        Bucket=name, Key=f"club/runs/{run.name}/manifest.json")["Body"].read())
    assert len(manifest["outputs"]) == len(found) - 2


def test_large_files_arrive_whole(hostile, server, bucket):
    destination(hostile, "lake", bucket, f"http://127.0.0.1:{server}")
    run = hostile.runs[-1]
    outputs = json.loads((run / "manifest.json").read_text())["outputs"]
    assert max(record["bytes"] for record in outputs.values()) > 8 << 20, "nothing goes in parts"
    hostile.deliver(run.name, "lake", env=KEYS)
    assert whole(objects(bucket), run)


def test_a_store_that_refuses_is_an_error_without_names(sample, server):
    sample.add(f'\n[[destinations]]\nname = "nowhere"\nkind = "s3"\nbucket = "not-there"\n'
               f'endpoint = "http://127.0.0.1:{server}"\n')
    said = sample.deliver(sample.runs[-1].name, "nowhere", code=69, env=KEYS)
    assert "nowhere: " in said and "+999" not in said
    state = (sample.folder / f"out/runs/{sample.runs[-1].name}.deliveries.json").read_text()
    assert json.loads(state)["nowhere"]["problem"] and "+999" not in state


def test_a_folder_gets_the_run_with_its_manifest_last(sample, tmp_path):
    share = tmp_path / "share"
    sample.add(f'\n[[destinations]]\nname = "share"\nkind = "folder"\npath = "{share}"\n')
    run = sample.runs[-1]
    sample.deliver(run.name, "share")
    target = share / "runs" / run.name
    outputs = json.loads((run / "manifest.json").read_text())["outputs"]
    for path, record in outputs.items():
        assert hashlib.sha256((target / path).read_bytes()).hexdigest() == record["sha256"]
        assert (target / path).stat().st_mode & 0o777 == 0o600
    newest = max(target.rglob("*"), key=lambda p: p.stat().st_mtime_ns if p.is_file() else 0)
    assert newest.name == "manifest.json"
    before = {path: path.stat().st_mtime_ns for path in target.rglob("*") if path.is_file()}
    sample.deliver(run.name, "share")
    assert before == {path: path.stat().st_mtime_ns for path in before}

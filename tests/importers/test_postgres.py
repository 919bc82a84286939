"""A real PostgreSQL, started here on a socket of its own."""

import csv
import glob
import io
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import rows
from test_s3 import free_port

BIN = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
AS = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
PASSWORD = "it's a secret"


class Server:
    """A cluster in a folder, and what clubcall's schema has in it."""

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.data = folder / "data"
        folder.chmod(0o755)
        for path in (self.data, folder / "socket"):
            path.mkdir(mode=0o700)
            if AS:
                shutil.chown(path, "postgres")
        self.certificate()
        self.admin("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-D", self.data)
        with open(self.data / "postgresql.conf", "a") as file:
            file.write(f"port = {self.port}\nunix_socket_directories = '{folder}/socket'\n"
                       "listen_addresses = '127.0.0.1'\nfsync = off\nssl = on\n"
                       f"ssl_cert_file = '{folder}/server.crt'\nssl_key_file = '{folder}/server.key'\n")
        (self.data / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        self.start()
        self.sql(f"CREATE ROLE clubcall LOGIN PASSWORD $${PASSWORD}$$")
        self.sql("CREATE DATABASE crm OWNER clubcall", database="postgres")

    def certificate(self):
        """An authority of our own, and the server's certificate by it."""
        make = lambda *arguments: subprocess.run(
            ["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
        make("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test authority",
             "-keyout", "ca.key", "-out", "ca.crt")
        make("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
             "-keyout", "server.key", "-out", "server.csr")
        (self.folder / "names").write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        make("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2",
             "-CAcreateserial", "-extfile", "names", "-out", "server.crt")
        (self.folder / "server.key").chmod(0o600)
        if AS:
            shutil.chown(self.folder / "server.key", "postgres")

    def admin(self, program, *arguments):
        subprocess.run([*AS, f"{BIN}/{program}", *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd="/")

    def start(self):
        self.admin("pg_ctl", "-D", self.data, "-w", "-l", self.data / "log", "start")

    def stop(self):
        self.admin("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")

    def psql(self, database):
        return subprocess.Popen(
            [*AS, f"{BIN}/psql", "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1", "-h", f"{self.folder}/socket",
             "-p", str(self.port), "-U", "postgres", database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/",
        )

    def sql(self, text, database="postgres"):
        process = self.psql(database)
        said, wrong = process.communicate(text)
        assert process.returncode == 0, wrong
        return list(csv.DictReader(io.StringIO(said)))

    def crm(self, text):
        return self.sql(text, "crm")

    def count(self, what):
        return int(self.crm(f"SELECT count(*) AS n FROM clubcall.{what}")[0]["n"])

    @property
    def connection(self):
        return f"host={self.folder}/socket port={self.port} dbname=crm user=clubcall"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    # Sockets have short paths, and the server's user has to reach them.
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="club"))
    server = Server(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def server(cluster, sample):
    """The server with an empty database, and a destination for it."""
    cluster.crm("DROP SCHEMA IF EXISTS clubcall CASCADE")
    pipeline = (sample.folder / sample.pipeline).read_text()
    if 'name = "warehouse"' not in pipeline:
        sample.add(f'\n[[destinations]]\nname = "warehouse"\nkind = "postgres"\n'
                   f'connection = "{cluster.connection}"\n')
    return cluster


def loaded_as_listed(server, run):
    """What the views show is what the run's lists have, cell by cell."""
    for table in ("customers", "invitations", "calls"):
        lists = sorted((run / "lists/postgres").glob(f"{table}*.csv"))
        expected = [dict(row, list=path.stem) for path in lists for row in rows(path)]
        shown = server.crm(f"SELECT * FROM clubcall.current_{table}")
        assert {row["run_id"] for row in shown} == {run.name}
        times = [name for name in expected[0] if name in ("due_at", "starts_at", "not_before", "not_after")]
        key = lambda row: tuple(v for k, v in sorted(row.items()) if k not in ("run_id", *times))
        assert sorted(map(key, shown)) == sorted(map(key, expected)), table
        for name in times:
            count = server.crm(
                f"SELECT count(*) AS n FROM clubcall.current_{table} WHERE {name} IS NOT NULL")
            assert int(count[0]["n"]) == sum(bool(row[name]) for row in expected)
    return True


def test_loaded_again_and_replaced_never_doubled(sample, server):
    first, second = sample.runs
    assert "and current" in sample.deliver(first.name, "warehouse")
    assert loaded_as_listed(server, first)
    counts = {table: server.count(table) for table in ("customers", "invitations", "calls")}
    assert min(counts.values()) > 50
    server.crm("DELETE FROM clubcall.calls WHERE call_id IN (SELECT call_id FROM clubcall.calls LIMIT 7)")
    sample.deliver(first.name, "warehouse")
    sample.deliver(first.name, "warehouse")
    assert counts == {table: server.count(table) for table in counts}
    assert loaded_as_listed(server, first)
    sample.deliver(second.name, "warehouse")
    assert loaded_as_listed(server, second)
    assert server.count("runs") == 2
    assert "a later night stays" in sample.deliver(first.name, "warehouse")
    assert loaded_as_listed(server, second)


def test_times_are_the_same_instants(sample, server):
    run = sample.runs[-1]
    sample.deliver(run.name, "warehouse")
    import datetime

    expected = sorted(
        datetime.datetime.fromisoformat(row["due_at"]).timestamp()
        for path in (run / "lists/postgres").glob("calls*.csv") for row in rows(path)
    )
    shown = server.crm("SELECT extract(epoch FROM due_at) AS t FROM clubcall.current_calls ORDER BY 1")
    assert [float(row["t"]) for row in shown] == expected


def wait_until(what):
    for _ in range(300):
        if what():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come so far")


class Held:
    """A delivery that waits in the middle of its load: the calls are in, the
    invitations cannot be, since somebody holds their table."""

    def __init__(self, sample, server, run):
        self.server = server
        self.holder = server.psql("crm")
        self.holder.stdin.write("BEGIN; LOCK TABLE clubcall.invitations IN SHARE ROW EXCLUSIVE MODE;\n")
        self.holder.stdin.flush()
        wait_until(lambda: server.crm("SELECT 1 AS n FROM pg_locks WHERE granted AND "
                                      "mode = 'ShareRowExclusiveLock' AND relation = 'clubcall.invitations'::regclass"))
        self.process = subprocess.Popen(
            [os.environ["CLUBCALL"], "deliver", run.name, "--pipeline", sample.pipeline, "--to", "warehouse"],
            cwd=sample.folder, stderr=subprocess.PIPE, text=True,
        )
        self.waiting = ("SELECT pid FROM pg_stat_activity WHERE application_name = 'clubcall' "
                        "AND wait_event_type = 'Lock'")
        wait_until(lambda: server.crm(self.waiting))

    def let_go(self):
        self.holder.stdin.close()
        self.holder.wait()


def test_killed_in_the_middle_of_a_load_the_view_is_whole(sample, server):
    first, second = sample.runs
    sample.deliver(first.name, "warehouse")
    held = Held(sample, server, second)
    assert loaded_as_listed(server, first), "readers do not wait and see yesterday"
    held.process.send_signal(signal.SIGKILL)
    held.process.wait()
    held.let_go()
    wait_until(lambda: not server.crm("SELECT 1 FROM pg_stat_activity WHERE application_name = 'clubcall'"))
    assert loaded_as_listed(server, first)
    assert server.count("runs") == 1
    sample.deliver(second.name, "warehouse")
    assert loaded_as_listed(server, second)


def test_a_lost_connection_leaves_yesterday(sample, server):
    first, second = sample.runs
    sample.deliver(first.name, "warehouse")
    held = Held(sample, server, second)
    server.crm(f"SELECT pg_terminate_backend(pid) FROM ({held.waiting}) AS w")
    said = held.process.communicate()[1]
    assert held.process.returncode == 69 and "unchanged" in said, said
    held.let_go()
    assert loaded_as_listed(server, first)
    state = json.loads((sample.folder / f"out/runs/{second.name}.deliveries.json").read_text())
    assert not state["warehouse"]["delivered"] and state["warehouse"]["problem"]


def test_a_refused_row_leaves_yesterday_and_is_not_quoted(sample, server):
    first, second = sample.runs
    sample.deliver(first.name, "warehouse")
    names = {row["name"] for row in rows(second / "lists/postgres/calls-call.csv")}
    server.crm("ALTER TABLE clubcall.calls ADD CONSTRAINT ours CHECK (name IS NULL) NOT VALID")
    said = sample.deliver(second.name, "warehouse", code=69)
    assert "constraint ours" in said and "23514" in said
    assert not [name for name in names if name in said] and "+999" not in said
    assert loaded_as_listed(server, first)
    server.crm("ALTER TABLE clubcall.calls DROP CONSTRAINT ours")
    sample.deliver(second.name, "warehouse")
    assert loaded_as_listed(server, second)


def test_a_full_disk_leaves_yesterday(sample, server):
    """The calls lie on a disk of their own that has no room left."""
    small = server.folder / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)],
                             capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        shutil.chown(small, "postgres")
        first, second = sample.runs
        sample.deliver(first.name, "warehouse")
        server.sql(f"CREATE TABLESPACE small LOCATION '{small}'")
        server.crm("ALTER TABLE clubcall.calls SET TABLESPACE small")
        room = os.statvfs(small)
        with open(small / "filler", "wb") as file:
            file.write(b"x" * (room.f_bavail * room.f_bsize - 8192))
        said = sample.deliver(second.name, "warehouse", code=69)
        assert "its disk is full" in said, said
        assert loaded_as_listed(server, first)
    finally:
        server.crm("DROP SCHEMA IF EXISTS clubcall CASCADE")
        server.sql("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", str(small)], check=True)


def test_a_server_that_is_gone_is_an_error_and_yesterday_stays(sample, server):
    first, second = sample.runs
    sample.deliver(first.name, "warehouse")
    server.stop()
    try:
        said = sample.deliver(second.name, "warehouse", code=69)
        assert "cannot connect" in said
    finally:
        server.start()
    assert loaded_as_listed(server, first)


def test_a_password_and_an_encrypted_connection(sample, server, tmp_path):
    run = sample.runs[-1]
    service = tmp_path / "pg_service.conf"
    service.write_text(f"[crm]\nhost=localhost\nport={server.port}\ndbname=crm\nuser=clubcall\n"
                       f"sslmode=verify-full\npassword={PASSWORD}\n")
    service.chmod(0o600)
    sample.add('\n[[destinations]]\nname = "service"\nkind = "postgres"\nservice = "crm"\n'
               '\n[[destinations]]\nname = "environment"\nkind = "postgres"\npassword_env = "CRM_PASSWORD"\n'
               f'connection = "host=localhost port={server.port} dbname=crm user=clubcall"\n')
    trusted = {"SSL_CERT_FILE": str(server.folder / "ca.crt"), "PGSERVICEFILE": str(service)}
    sample.deliver(run.name, "service", env=trusted)
    assert loaded_as_listed(server, run)
    sample.deliver(run.name, "environment", env={**trusted, "CRM_PASSWORD": PASSWORD})
    wrong = sample.deliver(run.name, "environment", code=69, env={**trusted, "CRM_PASSWORD": "wrong"})
    assert "the password is wrong" in wrong
    unknown = sample.deliver(run.name, "service", code=69, env={"PGSERVICEFILE": str(service)})
    assert "cannot connect" in unknown and PASSWORD not in unknown
    service.chmod(0o644)
    assert "chmod 600" in sample.deliver(run.name, "service", code=64, env=trusted)


def test_a_new_column_of_the_site_is_added_to_the_table(sample, server, tmp_path):
    sample.deliver(sample.runs[-1].name, "warehouse")
    server.crm("ALTER TABLE clubcall.calls DROP COLUMN talking_points CASCADE")
    assert "talking_points" not in server.crm("SELECT * FROM clubcall.calls LIMIT 1")[0]
    sample.deliver(sample.runs[-1].name, "warehouse")
    assert loaded_as_listed(server, sample.runs[-1])

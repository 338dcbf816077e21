"""A PostgreSQL of a test's own that can be killed as a loss of power would end it, and started again."""

import subprocess
import sys
import time
from pathlib import Path

import psutil

_HOST = """
import sys
from pathlib import Path
from sync_server.platform.embedded_postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(Path(sys.argv[1]))
print(postgres.start(), flush=True)
sys.stdin.readline()
postgres.stop()
"""
_SECONDS_TO_START = 60


class KillablePostgres:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._host: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> str:
        """Its address, always the same. What a kill left behind may refuse the first tries."""
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            self._host = subprocess.Popen(
                [sys.executable, "-c", _HOST, str(self._folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            assert self._host.stdout is not None
            url = self._host.stdout.readline().strip()
            if url:
                assert self.url in {"", url}
                self.url = url
                return url
            self._host.communicate()
            time.sleep(0.2)
        raise AssertionError("PostgreSQL did not start again")

    def kill(self) -> None:
        """Every process of it at once, in the middle of whatever they do."""
        pid = int((self._folder / "postgres" / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(processes, timeout=10)
        if self._host is not None:
            self._host.kill()
            self._host.communicate()
            self._host = None

    def stop(self) -> None:
        if self._host is not None:
            self._host.communicate("\n")
            self._host = None

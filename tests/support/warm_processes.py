"""Processes forked from one that has imported the server already: as real as any, to be killed at will, and there at once."""

import multiprocessing
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any

_CONTEXT: ForkServerContext = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.support.server_process", "tests.support.ledger_process"])


def start(target: Any, *arguments: object) -> BaseProcess:
    """Sockets among the arguments go over to the process."""
    process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process

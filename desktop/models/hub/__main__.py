"""The process that speaks to the Hub: requests come in a line each, replies go out so, and it ends with its parent.

It is a process of its own because its library takes a second to import, reads its settings from the environment
alone, and cannot be stopped within a file: whoever pauses a download ends the process, and goes on in a new one.
"""

import sys

from desktop.models.hub.messages import Reply, reply_adapter, request_adapter
from desktop.models.hub.work import answer


def main() -> None:
    for line in sys.stdin.buffer:
        for reply in answer(request_adapter.validate_json(line)):
            _say(reply)


def _say(reply: Reply) -> None:
    sys.stdout.buffer.write(reply_adapter.dump_json(reply) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

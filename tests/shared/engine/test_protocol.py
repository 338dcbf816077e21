import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.events import Progress
from shared.engine.protocol import LARGEST_MESSAGE, JobEvent, read_message, write_message


@given(previews=st.lists(st.binary(max_size=200)), text=st.text())
def test_messages_arrive_as_they_were_sent(previews: list[bytes], text: str) -> None:
    sent = [JobEvent(job_id=text, event=Progress(step=1, steps=2, preview=preview)) for preview in previews]
    pipe = io.BytesIO()
    for message in sent:
        write_message(pipe, message)
    pipe.seek(0)

    received = []
    while (content := read_message(pipe)) is not None:
        received.append(JobEvent.model_validate_json(content))
    assert received == sent


@given(kept=st.integers(0, 40))
def test_a_pipe_that_ends_within_a_message_ends(kept: int) -> None:
    pipe = io.BytesIO()
    write_message(pipe, JobEvent(job_id="a", event=Progress(step=1, steps=2)))

    assert read_message(io.BytesIO(pipe.getvalue()[:kept])) is None


def test_a_length_beyond_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="message"):
        read_message(io.BytesIO((LARGEST_MESSAGE + 1).to_bytes(4, "big")))

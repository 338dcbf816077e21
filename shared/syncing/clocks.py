"""Hybrid logical clocks: times of changes that agree with what came before what, however wrong a device's clock is."""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(\d{15})-([0-9a-f]{8})-([0-9a-f]{8,32})")
LARGEST_COUNT = 0xFFFFFFFF


@dataclass(frozen=True, order=True)
class Stamp:
    """Ordered as its text is. `device` makes it one of its kind; two changes of a device never share one."""

    milliseconds: int
    count: int
    device: str

    def __str__(self) -> str:
        return f"{self.milliseconds:015d}-{self.count:08x}-{self.device}"

    @classmethod
    def read(cls, text: str) -> "Stamp":
        """Raises ValueError."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise ValueError(f"no stamp: {text!r}")
        return cls(int(found[1]), int(found[2], 16), found[3])


def next_stamp(last: Stamp | None, *, milliseconds: int, device: str) -> Stamp:
    """Later than `last`, which is the latest that this device has made or seen, whatever its clock says."""
    if last is None or milliseconds > last.milliseconds:
        return Stamp(milliseconds, 0, device)
    if last.count >= LARGEST_COUNT:
        return Stamp(last.milliseconds + 1, 0, device)
    return Stamp(last.milliseconds, last.count + 1, device)

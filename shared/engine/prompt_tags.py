"""`<lora:name:weight>` in a prompt, as A1111 writes it: names a LoRA and is no part of the words."""

import re
from dataclasses import dataclass

_TAG = re.compile(r"<(?:lora|lyco):([^:<>]{1,200})((?::[^:<>]{0,40})*)>")


@dataclass(frozen=True)
class LoraTag:
    """The weights of the UNet and of the text encoders; in a tag one number stands for both."""

    name: str
    weight: float = 1.0
    text_weight: float = 1.0


def take_tags(prompt: str) -> tuple[str, list[LoraTag]]:
    """The prompt without its tags, and the tags in their order."""
    tags = [_tag(match) for match in _TAG.finditer(prompt)]
    return (_TAG.sub("", prompt).strip() if tags else prompt), tags


def _tag(match: re.Match[str]) -> LoraTag:
    """`:te:unet` by place or `te=`, `unet=` by name; what is no number counts as 1."""
    by_name = dict(part.split("=", 1) for part in match[2].split(":") if "=" in part)
    by_place = [part for part in match[2].split(":")[1:] if "=" not in part]
    text = _number(by_name.get("te", by_place[0] if by_place else "1"))
    unet = _number(by_name.get("unet", by_place[1] if len(by_place) > 1 else str(text)))
    return LoraTag(match[1].strip(), unet, text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 1.0
    return number if abs(number) <= 100 else 1.0

"""Thousands of tiny LoRAs in a folder tree, as a collector has them."""

import json
from pathlib import Path

from tests.support.model_files import write_lora

FOLDERS = ("styles", "people", "places", "things/small", "things/large")


def write_many_loras(folder: Path, count: int) -> None:
    """Each with words of its own; every second one for SDXL."""
    template = folder / "template.safetensors"
    contents = []
    for width in (768, 2048):
        frequency = json.dumps({"1_x": {"word 000000": 20, "painting": 15}})
        write_lora(
            template, width=width, metadata={"ss_tag_frequency": frequency, "ss_output_name": "name 000000"}
        )
        contents.append(template.read_bytes())
    template.unlink()
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        content = contents[number % 2].replace(b"000000", f"{number:06}".encode())
        (folder / FOLDERS[number % len(FOLDERS)] / f"lora {number:05}.safetensors").write_bytes(content)

"""Small upscalers with random weights, in the layouts of the real ones."""

import torch
from torch.nn import functional

Tensors = dict[str, torch.Tensor]


def compact_upscaler(*, scale: int = 2, width: int = 8, layers: int = 2, seed: int = 5) -> Tensors:
    """Real-ESRGAN's small network (SRVGGNetCompact): a row of convolutions and slopes, then a shuffle of pixels."""
    random = torch.Generator().manual_seed(seed)
    tensors: Tensors = {}
    sides = [(3, width), *[(width, width)] * layers, (width, 3 * scale**2)]
    for number, (inputs, outputs) in enumerate(sides):
        place = 2 * number
        tensors[f"body.{place}.weight"] = torch.randn((outputs, inputs, 3, 3), generator=random) * 0.1
        tensors[f"body.{place}.bias"] = torch.randn(outputs, generator=random) * 0.05
        if number < len(sides) - 1:
            tensors[f"body.{place + 1}.weight"] = torch.full((outputs,), 0.2)
    return tensors


def enlarged_by_compact(tensors: Tensors, picture: torch.Tensor, *, scale: int = 2) -> torch.Tensor:
    """What that network is by its definition."""
    values = picture
    for number in range(len([name for name in tensors if name.endswith("bias")])):
        place = 2 * number
        values = functional.conv2d(
            values, tensors[f"body.{place}.weight"], tensors[f"body.{place}.bias"], padding=1
        )
        if f"body.{place + 1}.weight" in tensors:
            values = functional.prelu(values, tensors[f"body.{place + 1}.weight"])
    return functional.pixel_shuffle(values, scale) + functional.interpolate(
        picture, scale_factor=scale, mode="nearest"
    )


def esrgan(*, width: int = 8, growth: int = 32, blocks: int = 1, seed: int = 6) -> Tensors:
    """ESRGAN's network (RRDBNet) for four times the side."""
    random = torch.Generator().manual_seed(seed)
    tensors: Tensors = {}

    def layer(name: str, inputs: int, outputs: int) -> None:
        tensors[f"{name}.weight"] = torch.randn((outputs, inputs, 3, 3), generator=random) * 0.05
        tensors[f"{name}.bias"] = torch.zeros(outputs)

    layer("conv_first", 3, width)
    for block in range(blocks):
        for dense in (1, 2, 3):
            for number in range(1, 6):
                outputs = width if number == 5 else growth
                layer(f"body.{block}.rdb{dense}.conv{number}", width + (number - 1) * growth, outputs)
    for name in ("conv_body", "conv_up1", "conv_up2", "conv_hr"):
        layer(name, width, width)
    layer("conv_last", width, 3)
    return tensors

"""Adjustments and filters, for menus, shortcuts and the searchable list."""

from functools import partial

from desktop.canvas.adjustments.colours import Desaturate
from desktop.canvas.adjustments.tones import Invert
from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.views.adjustment_dialogs import AdjustmentDialogs
from desktop.widgets.commands import Command


def adjustment_commands(viewmodel: CanvasViewModel, dialogs: AdjustmentDialogs) -> list[Command]:
    adjusting = viewmodel.adjusting

    def ready() -> bool:
        active = viewmodel.layers.active
        adjustable = active is not None and (viewmodel.current.on_mask or not active.is_group)
        return adjustable and not adjusting.in_hand

    return [
        Command(
            id="canvas.adjust.levels",
            text="Levels…",
            shortcut="Ctrl+L",
            icon="sliders-horizontal",
            run=partial(dialogs.ask, "levels"),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.curves",
            text="Curves…",
            shortcut="Ctrl+M",
            run=partial(dialogs.ask, "curves"),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.hue",
            text="Hue and saturation…",
            shortcut="Ctrl+U",
            run=partial(dialogs.ask, "hue"),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.contrast",
            text="Brightness and contrast…",
            icon="contrast",
            run=partial(dialogs.ask, "contrast"),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.balance",
            text="Colour balance…",
            shortcut="Ctrl+B",
            run=partial(dialogs.ask, "balance"),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.invert",
            text="Invert the colours",
            shortcut="Ctrl+I",
            run=lambda: adjusting.apply(Invert()),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.desaturate",
            text="Desaturate",
            shortcut="Ctrl+Shift+U",
            run=lambda: adjusting.apply(Desaturate()),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.posterise",
            text="Posterise…",
            run=partial(dialogs.ask, "posterise"),
            enabled=ready,
        ),
        Command(
            id="canvas.adjust.threshold",
            text="Threshold…",
            run=partial(dialogs.ask, "threshold"),
            enabled=ready,
        ),
        Command(
            id="canvas.filter.blur",
            text="Gaussian blur…",
            icon="blend",
            run=partial(dialogs.ask, "blur"),
            enabled=ready,
        ),
        Command(
            id="canvas.filter.sharpen",
            text="Sharpen…",
            run=partial(dialogs.ask, "sharpen"),
            enabled=ready,
        ),
        Command(
            id="canvas.filter.noise",
            text="Noise…",
            run=partial(dialogs.ask, "noise"),
            enabled=ready,
        ),
    ]

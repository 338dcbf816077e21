"""How the picture is looked at, for menus, shortcuts and the searchable list."""

from desktop.canvas.viewmodel import CanvasViewModel
from desktop.canvas.viewmodels.aids import Aid, Aids
from desktop.widgets.commands import Command


def view_commands(viewmodel: CanvasViewModel) -> list[Command]:
    navigation = viewmodel.navigation
    return [
        Command(
            id="canvas.fit", text="Fit the picture in the view", shortcut="0", icon="scan", run=navigation.fit
        ),
        Command(id="canvas.actual_size", text="Show at 100%", shortcut="1", run=navigation.actual_size),
        Command(
            id="canvas.zoom_in",
            text="Zoom in",
            shortcut="Ctrl++",
            icon="zoom-in",
            run=lambda: navigation.zoom_by(1.25),
        ),
        Command(
            id="canvas.zoom_out",
            text="Zoom out",
            shortcut="Ctrl+-",
            icon="zoom-out",
            run=lambda: navigation.zoom_by(0.8),
        ),
        Command(
            id="canvas.straighten",
            text="Turn the view straight",
            icon="rotate-cw",
            run=lambda: navigation.rotate_to(0.0),
        ),
        Command(
            id="canvas.mirror_view",
            text="Mirror the view",
            shortcut="Shift+R",
            icon="flip-vertical-2",
            run=navigation.mirror,
            checked=lambda: navigation.mirrored,
        ),
        *_aid_commands(viewmodel.aids),
    ]


def _aid_commands(aids: Aids) -> list[Command]:
    return [
        Command(
            id="canvas.aid.rulers",
            text="Rulers",
            shortcut="Ctrl+R",
            icon="ruler",
            run=lambda: aids.toggle(Aid.RULERS),
            checked=lambda: aids.is_on(Aid.RULERS),
        ),
        Command(
            id="canvas.aid.guides",
            text="Show guides",
            shortcut="Ctrl+;",
            run=lambda: aids.toggle(Aid.GUIDES),
            checked=lambda: aids.is_on(Aid.GUIDES),
        ),
        Command(
            id="canvas.aid.snapping",
            text="Snap to guides, edges and layers",
            shortcut="Ctrl+Shift+;",
            icon="magnet",
            run=lambda: aids.toggle(Aid.SNAPPING),
            checked=lambda: aids.is_on(Aid.SNAPPING),
        ),
        Command(
            id="canvas.aid.pixel_grid",
            text="Pixel grid when near",
            icon="grid-3x3",
            run=lambda: aids.toggle(Aid.PIXEL_GRID),
            checked=lambda: aids.is_on(Aid.PIXEL_GRID),
        ),
        Command(id="canvas.aid.clear_guides", text="Clear the guides", run=aids.clear_guides),
    ]

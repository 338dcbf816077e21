"""The room's commands: enabled when they can do something, and doing it."""

from pathlib import Path

from desktop.generation.commands import generation_commands
from desktop.widgets.commands import CommandRegistry
from tests.conftest import QtRun
from tests.desktop.generation.room import opened


def test_commands_are_enabled_when_they_can_do_something(qt_run: QtRun, tmp_path: Path) -> None:
    async def story() -> None:
        async with opened(tmp_path) as room:
            registry = CommandRegistry()
            asked: list[bool] = []
            registry.add(
                *generation_commands(
                    editor=room.editor,
                    staging=room.staging,
                    overview=room.overview,
                    picture_tasks=room.picture_tasks,
                    tasks=room.tasks,
                    focus_prompt=lambda: asked.append(True),
                )
            )
            assert not registry.run("generation.generate")
            assert not registry.run("generation.take")
            assert registry.run("generation.prompt")
            assert asked
            room.editor.change(prompt="a boat", steps=1)
            assert registry.run("generation.generate")
            await room.studio.until(lambda: bool(room.studio.queue.jobs))
            await room.studio.until_idle()
            assert registry.run("generation.take")
            await room.until_staged(lambda: not room.staging.candidates)
            assert registry.run("generation.pause")
            await room.studio.until(lambda: room.studio.queue.is_paused)
            paused = registry["generation.pause"].checked
            assert paused is not None
            assert paused()

    qt_run(story())

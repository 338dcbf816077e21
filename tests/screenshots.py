"""`make screenshots`: uses the real app with the starter model and keeps what is seen in docs/pictures.

`python -m tests.screenshots FOLDER --everything --theme light --scale 2` looks at more, and otherwise.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

PROMPTS = (
    ("a pine tree in a snowy field at night with a full moon and stars", 21),
    ("two boats with white sails on a calm lake at dawn, watercolour painting", 3),
    ("a house with a red roof in a green meadow on a sunny day, ink drawing", 5),
    ("snowy mountains behind green hills at sunset", 12),
    ("a red balloon over the sea on a sunny day with clouds", 9),
    ("a house in a forest in a storm, watercolour painting", 31),
    ("the sea at sunset with clouds", 17),
)
IN_THE_README = {"inpaint-before", "inpaint-after", "gallery"}
SELECTION = (120, 110, 225, 205)


async def make(
    target: Path, root: Path, *, everything: bool, theme: str, language: str, width: int, height: int
) -> None:
    from PySide6.QtWidgets import QApplication

    from desktop.app.settings import SettingsFile
    from desktop.library.folders import DataFolders
    from tests.support.window import Window, until

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    file = SettingsFile(DataFolders(root).settings_file)
    root.mkdir(exist_ok=True)
    file.save(file.load()[0].changed(theme=theme, language=language))
    window = Window(application=application, root=root)
    await window.open(width, height)

    async def keep(name: str) -> None:
        if everything or name in IN_THE_README:
            await asyncio.sleep(0.8)
            window.grab().save(str(target / f"{name}.png"))

    views = window.studio.viewmodels
    await keep("empty")
    window.studio.window.show_page("gallery")
    await keep("gallery-empty")
    window.studio.window.show_page("models")
    await keep("models")
    window.studio.window.show_page("account")
    await keep("account")
    window.studio.window.show_page("canvas")
    for prompt, seed in PROMPTS:
        views.editor.change(seed=seed, seed_fixed=True)
        await window.type_prompt(prompt)
        await window.press_generate()
    await keep("staged")
    while len(views.staging.candidates) > 1:
        await views.staging.drop(views.staging.candidates[0])
    await window.take()
    await window.select_rectangle(*SELECTION)
    await until(lambda: window.button_text != "Generate")
    await keep("inpaint-before")
    views.editor.change(seed=4, seed_fixed=True)
    await window.type_prompt("a boat with a yellow sail")
    await window.press_generate()
    await keep("inpaint-staged")
    await window.take()
    views.canvas.selecting.deselect()
    await keep("inpaint-after")
    window.studio.window.show_page("gallery")
    await asyncio.sleep(1.5)
    grid = window.studio.window.pages.gallery_view.grid
    grid.setCurrentIndex(grid.model().index(0, 0))
    await keep("gallery")
    await window.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, nargs="?", default=Path("docs/pictures"))
    parser.add_argument("--everything", action="store_true")
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--language", default="en")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = options.scale

    from PySide6.QtWidgets import QApplication

    from desktop.app.event_loop import create_event_loop

    options.target.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    loop = create_event_loop(application)
    with tempfile.TemporaryDirectory() as folder:
        loop.run_until_complete(
            make(
                options.target,
                Path(folder) / "data",
                everything=options.everything,
                theme=options.theme,
                language=options.language,
                width=options.width,
                height=options.height,
            )
        )
    loop.close()


if __name__ == "__main__":
    main()

"""What the gallery asks before it acts: names, folders, files."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QWidget

from desktop.gallery.viewmodel import GalleryViewModel
from desktop.gallery.views.export_dialog import ExportDialog
from desktop.library.picture import LibraryPicture
from desktop.widgets.translations import tr


def ask_search_name(parent: QWidget, model: GalleryViewModel) -> None:
    query = model.query
    _ask(
        parent,
        title=tr("Save this search…"),
        label=tr("Name"),
        text=model.search,
        done=lambda name: model.shelves.save_search(name, query),
    )


def ask_title(parent: QWidget, model: GalleryViewModel) -> None:
    picture = model.current
    if picture is not None:
        _ask(
            parent,
            title=tr("Rename the file…"),
            label=tr("Title; the date stays in front"),
            text=picture.prompt,
            done=lambda title: model.rename(picture, title),
        )


def ask_export(parent: QWidget, model: GalleryViewModel, pictures: list[LibraryPicture]) -> None:
    ExportDialog(
        parent,
        first=pictures[0],
        count=len(pictures),
        accept=lambda folder, pattern: model.export(pictures, folder, pattern),
    ).open()


def confirm_empty_trash(parent: QWidget, model: GalleryViewModel) -> None:
    """Asked, as it cannot be undone."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(tr("Delete {count} pictures for good?", count=model.counts["trash"]))
    box.setInformativeText(tr("Their files are deleted too. This cannot be undone."))
    delete = box.addButton(tr("Delete for good"), QMessageBox.ButtonRole.DestructiveRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    delete.clicked.connect(model.empty_trash)
    box.open()


def import_menu(parent: QWidget, model: GalleryViewModel, *, paste: Callable[[], object]) -> QMenu:
    menu = QMenu(parent)
    menu.addAction(tr("Import pictures…"), lambda: choose_files(parent, model))
    menu.addAction(tr("Import a folder…"), lambda: _choose_folder(parent, model, linked=False))
    link = menu.addAction(
        tr("Add a folder without copying…"), lambda: _choose_folder(parent, model, linked=True)
    )
    link.setToolTip(tr("The originals stay where they are"))
    menu.addAction(tr("Paste"), paste)
    menu.addSeparator()
    watch = menu.addAction(tr("Watch a folder…"), lambda: _watch_or_stop(parent, model))
    watch.setToolTip(tr("Pictures that come into it later come in by themselves"))
    menu.aboutToShow.connect(lambda: watch.setText(_watch_text(model)))
    menu.setToolTipsVisible(True)
    return menu


def _watch_text(model: GalleryViewModel) -> str:
    folder = model.imports.watched
    return tr("Watch a folder…") if folder is None else tr("Stop watching {folder}", folder=folder.name)


def _watch_or_stop(parent: QWidget, model: GalleryViewModel) -> None:
    if model.imports.watched is not None:
        model.imports.watch(None)
    else:
        _ask_folder(parent, tr("Watch a folder…"), model.imports.watch)


def choose_files(parent: QWidget, model: GalleryViewModel) -> None:
    dialog = QFileDialog(parent, tr("Import pictures"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilter(tr("Pictures (*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.gif)"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: model.import_files([Path(name) for name in names]))
    dialog.open()


def _choose_folder(parent: QWidget, model: GalleryViewModel, *, linked: bool) -> None:
    _ask_folder(parent, tr("Import a folder…"), lambda folder: model.import_files([folder], linked=linked))


def _ask_folder(parent: QWidget, title: str, done: Callable[[Path], object]) -> None:
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: done(Path(name)))
    dialog.open()


def _ask(parent: QWidget, *, title: str, label: str, text: str, done: Callable[[str], object]) -> None:
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(text)
    dialog.textValueSelected.connect(done)
    dialog.open()

"""The page that is painted on, with its panels: they can be moved, tabbed and hidden, and come back as they were."""

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QEvent, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QVBoxLayout, QWidget

from desktop.app.panel_title import PanelTitle
from desktop.widgets.theme import PANEL_WIDTH, SPACE
from desktop.widgets.translations import tr

LAYOUT_VERSION = 1
NARROWEST_PANEL = 60 * SPACE


class Workspace(QMainWindow):
    """`panels` by name, from the top: "generate" stands alone, all from "layers" on share a place."""

    panels_changed = Signal()

    def __init__(
        self, *, canvas_page: QWidget, staging_strip: QWidget, panels: Mapping[str, QWidget]
    ) -> None:
        super().__init__()
        self.setObjectName("workspace")
        # A main window inside another is a plain widget that has docks.
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self._hidden: list[QDockWidget] = []
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(canvas_page, 1)
        column.addWidget(staging_strip)
        self.setCentralWidget(middle)
        self.setFocusProxy(canvas_page)
        self._titles: dict[QDockWidget, PanelTitle] = {}
        self.docks = {name: self._make_dock(name, panel) for name, panel in panels.items()}
        self._arrange()
        self._usual = self.saveState(LAYOUT_VERSION)
        self._name()

    @property
    def panels_hidden(self) -> bool:
        """Whether Tab has put all panels away."""
        return bool(self._hidden)

    def toggle_panels(self) -> None:
        """Hide all panels that are seen, or bring those back."""
        if self._hidden:
            for dock in self._hidden:
                dock.show()
            self._hidden = []
        else:
            self._hidden = [dock for dock in self.docks.values() if not dock.isHidden()]
            for dock in self._hidden:
                dock.hide()
        self._follow_docks()

    def toggle_panel(self, name: str) -> None:
        dock = self.docks[name]
        self._hidden = []
        dock.setVisible(dock.isHidden())
        if not dock.isHidden():
            dock.raise_()
        self._follow_docks()

    def reset_layout(self) -> None:
        self._hidden = []
        self.restoreState(self._usual, LAYOUT_VERSION)
        for dock in self.docks.values():
            dock.show()
        self.docks["layers"].raise_()
        self._size_docks()
        self._follow_docks()

    def layout_state(self) -> bytes:
        """With the panels back that Tab has put away."""
        if self._hidden:
            self.toggle_panels()
        return bytes(self.saveState(LAYOUT_VERSION).data())

    def restore_layout(self, state: bytes) -> None:
        """A state that cannot be read leaves the usual layout."""
        if not state or not self.restoreState(QByteArray(state), LAYOUT_VERSION):
            self._size_docks()
        self._follow_docks()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._name()
        super().changeEvent(event)

    def _make_dock(self, name: str, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(self)
        dock.setObjectName(f"dock_{name}")
        dock.setWidget(panel)
        dock.setMinimumWidth(NARROWEST_PANEL)
        dock.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self._titles[dock] = PanelTitle(dock)
        dock.setTitleBarWidget(self._titles[dock])
        dock.visibilityChanged.connect(self._follow_docks)
        dock.topLevelChanged.connect(self._follow_docks)
        return dock

    def _follow_docks(self) -> None:
        for dock, title in self._titles.items():
            neighbours = [other for other in self.tabifiedDockWidgets(dock) if not other.isHidden()]
            title.show_as_grip(is_grip=bool(neighbours) and not dock.isFloating())
        self._quieten_tabs()
        self.panels_changed.emit()

    def _arrange(self) -> None:
        for dock in self.docks.values():
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        for name in ("brushes", "colours", "history", "navigator"):
            self.tabifyDockWidget(self.docks["layers"], self.docks[name])
        self.docks["layers"].raise_()
        self._follow_docks()

    def _size_docks(self) -> None:
        pair = [self.docks["generate"], self.docks["layers"]]
        self.resizeDocks(pair, [PANEL_WIDTH, PANEL_WIDTH], Qt.Orientation.Horizontal)
        self.resizeDocks(pair, [3 * self.height() // 5, 2 * self.height() // 5], Qt.Orientation.Vertical)

    def _quieten_tabs(self) -> None:
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            bar.setDrawBase(False)
            bar.setExpanding(False)
            bar.setElideMode(Qt.TextElideMode.ElideNone)
            bar.setAccessibleName(tr("Panels"))
            bar.setToolTip(tr("Panels"))

    def _name(self) -> None:
        names = {
            "generate": tr("Generate"),
            "layers": tr("Layers"),
            "brushes": tr("Brushes"),
            "colours": tr("Colours"),
            "navigator": tr("Navigator"),
            "history": tr("History"),
        }
        for name, dock in self.docks.items():
            dock.setWindowTitle(names[name])
            dock.setAccessibleName(names[name])

"""The one stylesheet, filled with the theme's tokens."""

from collections.abc import Mapping
from string import Template

_STYLESHEET = Template("""
QToolTip { color: $text; background: $raised; border: 1px solid $line; padding: ${space}px; }
QLabel { background: transparent; }
*[role="quiet"] { color: $quiet_text; }
*[role="danger"] { color: $danger; }
*[role="small"] { color: $quiet_text; font-size: ${small_text}px; }
*[role="title"] { font-size: ${title_text}px; }

QPushButton {
    background: $raised; color: $text; border: 1px solid $control_line; border-radius: ${radius}px;
    min-height: ${control_inside}px; max-height: ${control_inside}px; padding: 0 12px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $field; }
QPushButton:checked { background: $selected; }
QPushButton:focus { border: 2px solid $ring; padding: 0 11px; min-height: ${control_tight}px; max-height: ${control_tight}px; }
QPushButton:disabled { color: $disabled_text; }
QPushButton[dense="true"] { min-height: ${dense_inside}px; max-height: ${dense_inside}px; padding: 0 ${double_space}px; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled { background: $raised; color: $disabled_text; border-color: $control_line; }
QPushButton[role="flat"] { background: transparent; border-color: transparent; }
QPushButton[role="flat"]:hover { background: $hover; }
QPushButton[role="flat"]:checked { background: $selected; }
QPushButton[role="flat"]:focus { border: 2px solid $ring; }

QToolButton {
    background: transparent; border: 1px solid transparent; border-radius: ${radius}px; color: $text;
    min-height: ${control_inside}px; min-width: ${control_inside}px; padding: 0;
}
QToolButton[dense="true"] { min-height: ${dense_inside}px; min-width: ${dense_inside}px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $field; }
QToolButton:checked { background: $selected; }
QToolButton[filled="true"]:checked { background: transparent; }
QToolButton[filled="true"]:checked:hover { background: $hover; }
QToolButton:focus { border: 1px solid $ring; }
QToolButton:disabled { color: $disabled_text; }
QToolButton::menu-indicator { image: none; }
QToolButton[popupMode="1"] { padding-right: 16px; }
QToolButton::menu-button { border: none; width: 16px; }

QAbstractScrollArea { border: none; }
QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {
    background: $field; color: $text; border: 1px solid $control_line; border-radius: ${radius}px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QAbstractSpinBox, QComboBox {
    min-height: ${control_inside}px; max-height: ${control_inside}px; padding: 0 ${double_space}px;
}
QLineEdit[dense="true"], QAbstractSpinBox[dense="true"], QComboBox[dense="true"] {
    min-height: ${dense_inside}px; max-height: ${dense_inside}px;
}
QPlainTextEdit, QTextEdit { padding: ${space}px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border: 1px solid $ring;
}
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $disabled_text; }
QLineEdit QToolButton { min-height: 0; min-width: 0; border: none; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {
    border: none; background: transparent; padding: 0; min-height: 0; max-height: 999px;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QComboBox { background: $raised; padding-right: 20px; }
QComboBox:hover { background: $hover; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url("$chevron"); width: 16px; height: 16px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; outline: none; padding: ${space}px; }

QCheckBox, QRadioButton { spacing: ${double_space}px; min-height: ${dense}px; background: transparent; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid $quiet_text; border-radius: 3px; background: $field; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$tick"); }
QCheckBox::indicator:disabled { border-color: $line; }
QCheckBox:focus { color: $ring; }

QSlider::groove:horizontal { height: 4px; background: $track; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $quiet_text; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: $text; }
QSlider::handle:horizontal:hover { background: $ring; }
QSlider::handle:horizontal:disabled { background: $disabled_text; }
QSlider:focus { border: 1px solid $ring; border-radius: ${radius}px; }

QProgressBar { background: $track; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $ring; border-radius: 2px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $track; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: ${dense}px; }
QScrollBar::handle:horizontal { min-width: ${dense}px; }
QScrollBar::handle:hover { background: $quiet_text; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea > QWidget > QWidget { background: transparent; }

QAbstractItemView {
    background: $panel; color: $text; border: none; outline: none;
    selection-background-color: $selected; selection-color: $text;
}
QAbstractItemView::item { min-height: ${dense}px; border-radius: ${radius}px; padding: 0 ${space}px; }
QAbstractItemView::item:hover { background: $hover; }
QAbstractItemView::item:selected { background: $selected; color: $text; }
QTreeView::item { border-radius: 0; }
QHeaderView::section {
    background: $panel; color: $quiet_text; border: none; border-bottom: 1px solid $line; padding: 0 ${double_space}px;
    min-height: ${control}px; font-size: ${small_text}px;
}
QTableView { gridline-color: transparent; }
QTableCornerButton::section { background: $panel; border: none; }

QMenuBar { background: transparent; color: $text; border: none; }
QMenuBar::item { padding: ${space}px ${double_space}px; border-radius: ${radius}px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $raised; color: $text; border: 1px solid $line; padding: ${space}px; }
QMenu::item { padding: ${space}px 24px ${space}px ${double_space}px; border-radius: ${radius}px; min-height: 16px; }
QMenu::icon { padding-left: ${double_space}px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $disabled_text; }
QMenu::separator { height: 1px; background: $line; margin: ${space}px; }

QTabBar { background: transparent; qproperty-drawBase: 0; }
QTabBar::tab {
    background: transparent; color: $quiet_text; border: none; padding: 0 12px; min-height: ${control}px;
    border-bottom: 2px solid transparent;
}
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $ring; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:focus { color: $ring; }
QMainWindow > QTabBar::tab { padding: 0 6px; font-size: ${small_text}px; }
QTabWidget::pane { border: none; }

QMainWindow { background: $window; }
QMainWindow::separator { background: $window; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: $ring; }
QDockWidget { color: $text; background: $panel; border: none; }
QSplitter::handle { background: $window; }
QDialog { background: $panel; }
*[surface="panel"] { background: $panel; }
*[surface="window"] { background: $window; }
*[surface="raised"] { background: $raised; border-radius: ${radius}px; }
*[surface="surround"] { background: $surround; }
*[surface="danger"] { background: $raised; border-left: 3px solid $danger; }
*[surface="notice"] { background: $raised; border-left: 3px solid $ring; }
""")


def build_stylesheet(
    colours: Mapping[str, str], sizes: Mapping[str, str], pictures: Mapping[str, str]
) -> str:
    """The stylesheet with every token filled in; an unknown token is a KeyError, so that no rule silently fails.

    `pictures` are file paths for the few glyphs that a stylesheet draws itself (`chevron`, `tick`).
    """
    return _STYLESHEET.substitute({**colours, **sizes, **pictures})

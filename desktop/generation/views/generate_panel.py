"""Where the artist says what to paint, with the one primary button."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.generation.actions import Field
from desktop.generation.viewmodel import RequestEditor
from desktop.generation.views.additions import Additions
from desktop.generation.views.advanced import AdvancedSettings
from desktop.generation.views.basics import BasicSettings
from desktop.generation.views.place_button import PlaceButton
from desktop.generation.views.prompt_edit import PromptEdit
from desktop.generation.views.rows import bare_scroll_area, name_control, show_note
from desktop.generation.views.words import action_name, number_text
from desktop.widgets.error_line import ErrorLine
from desktop.widgets.parts import Fold, icon_button
from desktop.widgets.tasks import TaskOwner
from desktop.widgets.theme import SPACE, set_role
from desktop.widgets.translations import tr, tr_error
from shared.contracts.errors import ErrorReport
from shared.contracts.generation import Recipe

GENERATE_SHORTCUT = "Ctrl+Enter"


class GeneratePanel(QWidget):
    """The button stays in sight while what is above it scrolls."""

    account_asked = Signal()

    def __init__(self, parent: QWidget | None = None, *, editor: RequestEditor, tasks: TaskOwner) -> None:
        super().__init__(parent)
        self._editor = editor
        self._tasks = tasks
        self.setObjectName("generate_panel")
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

        self._recipe_line = QFrame(self)
        self._recipe_line.setProperty("surface", "notice")
        self._recipe_text = QLabel(self._recipe_line)
        self._recipe_text.setWordWrap(True)
        self.close_recipe = icon_button("x", tr("Close the recipe"))
        self.replaces = QCheckBox(self._recipe_line)
        self.replaces.setChecked(editor.replaces_layer)
        recipe_words = QVBoxLayout()
        recipe_words.setSpacing(SPACE)
        recipe_words.addWidget(self._recipe_text)
        recipe_words.addWidget(self.replaces)
        recipe_row = QHBoxLayout(self._recipe_line)
        recipe_row.setContentsMargins(2 * SPACE, SPACE, SPACE, SPACE)
        recipe_row.addLayout(recipe_words, 1)
        recipe_row.addWidget(self.close_recipe, 0, Qt.AlignmentFlag.AlignTop)
        self._recipe_line.hide()

        self.prompt = PromptEdit(self, fewest_lines=3, most_lines=12, history=lambda: editor.history)
        self.negative_prompt = PromptEdit(self, fewest_lines=2, most_lines=6)
        self.negative_fold = Fold(tr("Negative prompt"), self.negative_prompt)
        self.basics = BasicSettings(self, editor=editor)
        self.advanced = AdvancedSettings(self, editor=editor)
        self.advanced_fold = Fold(tr("Advanced"), self.advanced)
        self.additions = Additions(self, editor=editor)
        self.additions_fold = Fold(tr("LoRAs and controls"), self.additions)
        self.generate = QPushButton(self)
        set_role(self.generate, "primary")
        self.place = PlaceButton(self, editor=editor)
        self.place.account_asked.connect(self.account_asked)
        self.reason = QLabel(self)
        self.reason.setWordWrap(True)
        set_role(self.reason, "quiet")
        self.error = ErrorLine(self)

        self._lay_out()
        self._connect()
        self._write_texts()
        self._show_state()
        self._show_recipe(editor.opened)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._write_texts()
            self.basics.write_texts()
            self.advanced.write_texts()
            self.additions.write_texts()

    def focus_prompt(self) -> None:
        self.prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.prompt.selectAll()

    def submit(self) -> None:
        """As the button does; nothing happens while it is disabled."""
        if self.generate.isEnabled():
            self._tasks.start(self._editor.submit())

    def _lay_out(self) -> None:
        content = QWidget()
        above = QVBoxLayout(content)
        above.setContentsMargins(3 * SPACE, 2 * SPACE, 3 * SPACE, 2 * SPACE)
        above.setSpacing(2 * SPACE)
        for part in (
            self._recipe_line,
            self.prompt,
            self.negative_fold,
            self.basics,
            self.advanced_fold,
            self.additions_fold,
        ):
            above.addWidget(part)
        above.addStretch(1)
        scroll = bare_scroll_area(self)
        scroll.setWidget(content)
        content.setAutoFillBackground(False)
        button_row = QHBoxLayout()
        button_row.setSpacing(2 * SPACE)
        button_row.addWidget(self.generate, 1)
        button_row.addWidget(self.place)
        below = QVBoxLayout()
        below.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, 3 * SPACE)
        below.setSpacing(SPACE)
        below.addWidget(self.error)
        below.addWidget(self.reason)
        below.addLayout(button_row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(below)

    def _connect(self) -> None:
        editor = self._editor
        self.prompt.edited.connect(lambda text: editor.change(prompt=text))
        self.negative_prompt.edited.connect(lambda text: editor.change(negative_prompt=text))
        self.prompt.submit_asked.connect(self.submit)
        self.negative_prompt.submit_asked.connect(self.submit)
        self.generate.clicked.connect(self.submit)
        self.close_recipe.clicked.connect(editor.close_recipe)
        self.replaces.toggled.connect(lambda on: editor.replace_layer(replaces=on))
        editor.state_changed.connect(self._show_state)
        editor.action_changed.connect(self._show_action)
        editor.problems_changed.connect(self._show_problems)
        editor.decision_changed.connect(self._show_action)
        editor.recipe_opened.connect(self._show_recipe)
        editor.submit_failed.connect(self._show_failure)
        editor.submitted.connect(self.error.clear)

    def _write_texts(self) -> None:
        self.prompt.setPlaceholderText(tr("What should the picture show?"))
        name_control(
            self.prompt, tr("Prompt"), tr("What the picture should show; earlier prompts with Alt+Up")
        )
        self.negative_fold.set_text(tr("Negative prompt"))
        self.negative_prompt.setPlaceholderText(tr("What should it not show?"))
        name_control(self.negative_prompt, tr("Negative prompt"), tr("What the picture should not show"))
        self.advanced_fold.set_text(tr("Advanced"))
        self.additions_fold.set_text(tr("LoRAs and controls"))
        self._recipe_text.setText(
            tr("A layer's recipe is open: choose another size or model, or change its words.")
        )
        self.replaces.setText(tr("Put the result in the layer's place"))
        name_control(
            self.replaces,
            tr("Put the result in the layer's place"),
            tr("Otherwise it becomes a layer of its own; undo brings the old one back"),
        )
        name_control(self.close_recipe, tr("Close the recipe"), tr("Back to painting on the canvas"))
        self._show_action()

    def _show_state(self) -> None:
        state = self._editor.state
        self.prompt.show_text(state.prompt)
        self.negative_prompt.show_text(state.negative_prompt)
        if state.negative_prompt:
            self.negative_fold.set_open(is_open=True)

    def _show_action(self) -> None:
        text = action_name(self._editor.action)
        decision = self._editor.decision
        if decision is not None and decision.place == "cloud" and decision.price is not None:
            text = (
                tr("{action}  ·  1 credit", action=text)
                if decision.price == 1
                else tr("{action}  ·  {price} credits", action=text, price=number_text(decision.price))
            )
        self.generate.setText(text)
        tips = {
            "generate": tr("Paint a new picture"),
            "fill_selection": tr("Paint what is selected anew"),
            "extend": tr("Paint what the frame shows beyond the picture; the page grows when you take it"),
            "refine": tr("Paint over what is there, as strongly as the strength says"),
            "render_again": tr("Make the layer's picture again with these settings"),
        }
        name_control(self.generate, text, tips[self._editor.action], shortcut=GENERATE_SHORTCUT)
        self._show_problems()

    def _show_problems(self) -> None:
        problems: dict[Field, ErrorReport] = self._editor.problems
        self.generate.setEnabled(not problems)
        self.basics.show_problems(problems)
        # An empty prompt is no mistake: the reason stands at the button, in a quiet voice.
        at_button = problems.get("place") or problems.get("prompt")
        show_note(self.reason, tr_error(at_button) if at_button else "")
        self.generate.setAccessibleDescription(" ".join(tr_error(problem) for problem in problems.values()))

    def _show_recipe(self, recipe: Recipe | None) -> None:
        self._recipe_line.setVisible(recipe is not None)

    def _show_failure(self, report: ErrorReport) -> None:
        self.error.show_error(report, button=tr("Try again"), run=self.submit)

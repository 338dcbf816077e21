"""What the artist asks for next: the state behind the Generate panel."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.generation.actions import Action, Field, decide_action, find_problems
from desktop.generation.canvas_port import CanvasSituation, CanvasSource
from desktop.generation.cloud.offers import CloudOffer
from desktop.generation.editor_state import EditorState, load_state, remembered
from desktop.generation.jobs import Job
from desktop.generation.painters import is_cloud_only
from desktop.generation.places import Decision, only_in_the_cloud
from desktop.generation.request_building import build_again, build_request, named_embeddings
from desktop.generation.sending import JobSender
from desktop.generation.sending_plan import plan_sending
from desktop.generation.sizes import SizePreset, size_presets
from desktop.generation.work import work_of_editor
from desktop.models.service import ModelLibrary
from desktop.widgets.tasks import TaskOwner
from shared.contracts.errors import ErrorReport, NotFoundError, PentimentoError
from shared.contracts.generation import LARGEST_SEED, BlobId, GenerationRequest, Placement, Recipe
from shared.contracts.models import ModelDescription, ModelFile
from shared.imaging.blob_folder import BlobFolder

PLAN_DELAY_MILLISECONDS = 120


class RequestEditor(QObject):
    """`change` sets fields by name; `canvas_changed` is for the canvas to call at each change of its situation."""

    state_changed = Signal(object)
    action_changed = Signal(str)
    problems_changed = Signal(object)
    situation_changed = Signal(object)
    models_changed = Signal(object)
    sending_plan_changed = Signal(object)
    """An InpaintPlan, or None where nothing would be repainted."""
    recipe_opened = Signal(object)
    """The recipe whose own pictures the next render starts from, or None once it was closed."""
    decision_changed = Signal(object)
    """Where the next job would run: a Decision, or None where that is known only when it is sent."""
    submitted = Signal(str)
    submit_failed = Signal(object)

    def __init__(
        self,
        *,
        canvas: CanvasSource,
        sender: JobSender,
        blobs: BlobFolder,
        models: ModelLibrary,
        tasks: TaskOwner,
        new_seed: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._sender = sender
        self._blobs = blobs
        self._models = models
        self._tasks = tasks
        self._new_seed = new_seed
        self.state = EditorState()
        self.history: tuple[str, ...] = ()
        self.last_seed: int | None = None
        self.opened: Recipe | None = None
        self.replaces_layer = True
        """Whether what an opened recipe renders takes the place of its layer, or lies above it."""
        self._opened_document_id = ""
        self._opened_placement = Placement()
        self._situation = canvas.situation()
        self._had_action: Action | None = None
        self._had_problems: dict[Field, ErrorReport] = {}
        self._had_decision: Decision | None = None
        self._plan_number = 0
        self._had_plan = False
        self._plan_timer = QTimer(self)
        self._plan_timer.setSingleShot(True)
        self._plan_timer.setInterval(PLAN_DELAY_MILLISECONDS)
        self._plan_timer.timeout.connect(self._start_planning)
        self._unsubscribe = (
            sender.painters.changed.subscribe(self._take_models),
            models.changed.subscribe(lambda _: self._take_models(self.models)),
            sender.offers.changed.subscribe(lambda _: self._tell()),
        )
        self._take_models(self.models)

    @property
    def action(self) -> Action:
        return decide_action(self._situation, self.state.strength, self.opened)

    @property
    def situation(self) -> CanvasSituation:
        return self._situation

    @property
    def problems(self) -> dict[Field, ErrorReport]:
        found = find_problems(self.state, self.action, self.model, self.opened, self._situation)
        decision, model = self.decision, self.model
        if model is not None and is_cloud_only(model) and self.state.place == "local":
            found["place"] = only_in_the_cloud(model).report
        if decision is not None and decision.problem is not None:
            found["place"] = decision.problem
        return found

    @property
    def decision(self) -> Decision | None:
        work = work_of_editor(self.state, self._situation, self.action, self.model, self.opened)
        return self._sender.decide(self.state.place, work, self.state.ceiling) if work else None

    @property
    def offer(self) -> CloudOffer:
        return self._sender.offers.offer

    @property
    def model(self) -> ModelDescription | None:
        return self._sender.painters.find(self.state.model_id)

    @property
    def models(self) -> tuple[ModelDescription, ...]:
        return self._sender.painters.models

    @property
    def presets(self) -> tuple[SizePreset, ...]:
        if self.model is None:
            return ()
        return size_presets(self.model, (self._situation.width, self._situation.height))

    def change(self, **values: object) -> None:
        """Raises pydantic's ValidationError for a value out of its range."""
        self._set(self.state.changed(**values))

    def choose_model(self, model_id: str) -> None:
        """One that only the cloud has takes the job there."""
        model = self._sender.painters.find(model_id)
        if model is not None and model_id != self.state.model_id:
            state = self.state.with_model(model)
            goes_there = is_cloud_only(model) and state.place == "local"
            self._set(state.changed(place="cloud") if goes_there else state)

    def repeat_last_seed(self) -> None:
        if self.last_seed is not None:
            self.change(seed=self.last_seed, seed_fixed=True)

    def swap_sides(self) -> None:
        self.change(width=self.state.height, height=self.state.width)

    def canvas_changed(self) -> None:
        situation = self._canvas.situation()
        if situation != self._situation:
            self._situation = situation
            self.situation_changed.emit(situation)
            self._tell()

    def apply_recipe(self, recipe: Recipe) -> None:
        """Use these settings; the next picture is made of the canvas as it is then."""
        state = self.state.with_recipe(recipe)
        known = self._find_named(recipe)
        if known is not None:
            state = state.changed(model_id=known.id, model_name=known.name)
        elif not recipe.request.model.id:
            state = state.changed(model_id=self.state.model_id, model_name=self.state.model_name)
        self._set(state)

    def use_recipe(self, recipe: Recipe, part: str) -> None:
        """All of it, its "prompt", its "seed", or as a "remix" everything but the seed."""
        if part == "prompt":
            request = recipe.request
            self._set(self.state.changed(prompt=request.prompt, negative_prompt=request.negative_prompt))
        elif part == "seed":
            self._set(self.state.changed(seed=recipe.rendering.seed, seed_fixed=True))
        else:
            self.apply_recipe(recipe)
            if part == "remix":
                self._set(self.state.changed(seed_fixed=False))

    def open_recipe(
        self, recipe: Recipe, *, document_id: str = "", placement: Placement | None = None
    ) -> None:
        """A layer's recipe, to be changed and rendered again from the pictures that it was made from.

        `placement` is where what it renders lies, counted from the document's origin.
        """
        self.opened = recipe
        self._opened_document_id = document_id
        self._opened_placement = placement or Placement()
        self.apply_recipe(recipe)
        self.recipe_opened.emit(recipe)

    def replace_layer(self, *, replaces: bool) -> None:
        self.replaces_layer = replaces

    def close_recipe(self) -> None:
        if self.opened is not None:
            self.opened = None
            self.recipe_opened.emit(None)
            self._tell()

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """Models of every kind on this machine."""
        return self._models.files

    async def submit(self) -> Job | None:
        """None where something stands in the way: that is in `problems` or told by `submit_failed`."""
        model = self.model
        if self.problems or model is None:
            return None
        # What the artist sees at this moment counts, not what it becomes while the canvas is captured.
        state, situation, action, opened = self.state, self._situation, self.action, self.opened
        seed = state.seed if state.seed_fixed else self._new_seed() % (LARGEST_SEED + 1)
        document_id = self._opened_document_id if opened else situation.document_id
        try:
            placement = self._opened_placement if opened else _place(state, situation, action)
            frame = situation.frame[2:] if situation.frame is not None else None
            state = await self._completed(state)
            if opened is not None:
                request = build_again(state, opened=opened, model=model.reference, seed=seed)
            elif action == "generate":
                request = build_request(state, action=action, model=model.reference, seed=seed, frame=frame)
            else:
                request = await self._request_of_canvas(state, action, model, seed, frame)
            job = await self._sender.send(
                request,
                choice=state.place,
                ceiling=state.ceiling,
                document_id=document_id,
                placement=placement,
            )
        except PentimentoError as error:
            self.submit_failed.emit(error.report)
            return None
        self.last_seed = seed
        self.history = remembered(self.history, state.prompt)
        self.submitted.emit(job.id)
        return job

    def save(self) -> dict[str, Any]:
        return {"state": self.state.model_dump(mode="json"), "history": list(self.history)}

    def load(self, saved: Mapping[str, Any]) -> None:
        """Values that can't be read are left out."""
        state, history = saved.get("state"), saved.get("history")
        if isinstance(history, list):
            self.history = tuple(prompt for prompt in history if isinstance(prompt, str))
        self._set(load_state(state) if isinstance(state, Mapping) else EditorState())
        self._take_models(self.models)

    def close(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._plan_timer.stop()

    def add_to_prompt(self, words: str) -> None:
        """At its end, unless it holds them already."""
        prompt = self.state.prompt.rstrip(", ")
        if words.casefold() not in prompt.casefold():
            self.change(prompt=f"{prompt}, {words}" if prompt else words)

    def start_choosing_control_picture(self, place: int, file: Path) -> None:
        """A file's picture for the control in that place."""
        self._tasks.start(self._choose_control_picture(place, file))

    async def _choose_control_picture(self, place: int, file: Path) -> None:
        try:
            image = await asyncio.to_thread(self._kept_file, file)
        except PentimentoError as error:
            self.submit_failed.emit(error.report)
            return
        controls = list(self.state.controls)
        if place < len(controls):
            controls[place] = controls[place].model_copy(update={"image": image, "image_name": file.name})
            self.change(controls=tuple(controls))

    def _kept_file(self, file: Path) -> BlobId:
        try:
            return self._blobs.put(file.read_bytes())
        except OSError as error:
            raise NotFoundError(
                "There is no file {file}.", advice="Check the name and the folder.", file=file
            ) from error

    async def _completed(self, state: EditorState) -> EditorState:
        """With the canvas's picture for the controls that take it, and the embeddings that the prompts name."""
        if state.needs_canvas:
            capture = await self._canvas.capture()
            state = state.with_canvas(await asyncio.to_thread(self._blobs.put, capture.image_png))
        return state.changed(embeddings=named_embeddings(state, self._models.files))

    async def _request_of_canvas(
        self,
        state: EditorState,
        action: Action,
        model: ModelDescription,
        seed: int,
        frame: tuple[int, int] | None,
    ) -> GenerationRequest:
        capture = await self._canvas.capture()
        image = await asyncio.to_thread(self._blobs.put, capture.image_png)
        mask = await asyncio.to_thread(self._blobs.put, capture.mask_png) if capture.mask_png else None
        return build_request(
            state,
            action=action,
            model=model.reference,
            seed=seed,
            image=image,
            mask=mask,
            frame=frame,
        )

    def _find_named(self, recipe: Recipe) -> ModelDescription | None:
        return self._sender.painters.find_like(recipe.request.model)

    def _take_models(self, models: tuple[ModelDescription, ...]) -> None:
        self.models_changed.emit(models)
        if models and not self.state.model_id:
            self._set(self.state.with_model(models[0]))
        else:
            self._tell()

    def _set(self, state: EditorState) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)
        self._tell()

    def _tell(self) -> None:
        if self.action != self._had_action:
            self._had_action = self.action
            self.action_changed.emit(self.action)
        if self.problems != self._had_problems:
            self._had_problems = self.problems
            self.problems_changed.emit(self._had_problems)
        if self.decision != self._had_decision:
            self._had_decision = self.decision
            self.decision_changed.emit(self._had_decision)
        self._plan_timer.start()

    def _start_planning(self) -> None:
        self._plan_number += 1
        self._tasks.start(self._plan(self._plan_number))

    async def _plan(self, number: int) -> None:
        model = self.model
        plan = None
        if model is not None:
            try:
                plan = await asyncio.to_thread(plan_sending, self.state, self._situation, self.action, model)
            except PentimentoError:
                plan = None  # an outline that can't be drawn now is no error of the artist's
        if number == self._plan_number and (plan is not None or self._had_plan):
            self._had_plan = plan is not None
            self.sending_plan_changed.emit(plan)


def _place(state: EditorState, situation: CanvasSituation, action: Action) -> Placement:
    """Where the request's top left corner lies, counted from the document's origin."""
    x, y = 0, 0
    if situation.frame is not None:
        x, y = situation.frame[:2]
    elif action == "generate":
        x, y = (situation.width - state.width) // 2, (situation.height - state.height) // 2
    return Placement(x=x - situation.origin[0], y=y - situation.origin[1])

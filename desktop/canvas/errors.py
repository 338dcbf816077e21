"""What can go wrong with a document, in words."""

from shared.contracts.errors import PentimentoError


class DocumentBusyError(PentimentoError):
    code = "DOCUMENT_BUSY"

    def __init__(self) -> None:
        super().__init__(
            "Another change of this picture is still in hand.",
            advice="Finish the stroke or the move first, then try again.",
        )


class LayerLockedError(PentimentoError):
    code = "LAYER_LOCKED"

    def __init__(self, name: str) -> None:
        super().__init__(
            "The layer “{name}” is locked.", advice="Unlock it, or choose another layer.", name=name
        )


class LayerNotFoundError(PentimentoError):
    code = "LAYER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("This layer is no longer there.", advice="Choose another layer.")


class GroupHasNoPixelsError(PentimentoError):
    code = "GROUP_HAS_NO_PIXELS"

    def __init__(self, name: str) -> None:
        super().__init__(
            "“{name}” is a group, which has no pixels of its own.",
            advice="Choose a layer in it.",
            name=name,
        )


class TextTooLargeError(PentimentoError):
    code = "TEXT_TOO_LARGE"

    def __init__(self) -> None:
        super().__init__(
            "This text would be larger than any picture.", advice="Choose a smaller size, or write less."
        )


class NothingToMergeError(PentimentoError):
    code = "NOTHING_TO_MERGE"

    def __init__(self, name: str) -> None:
        super().__init__(
            "There is no layer under “{name}” to merge it with.",
            advice="Choose a layer that lies above another one.",
            name=name,
        )


class InvalidDocumentError(PentimentoError):
    """A file that is no document, or one that we refuse to read."""

    code = "INVALID_DOCUMENT"


class DocumentTooLargeError(PentimentoError):
    code = "DOCUMENT_TOO_LARGE"

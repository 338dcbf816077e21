"""What can go wrong with the Hub, in words."""

from shared.contracts.errors import PentimentoError, StorageError


class HubError(PentimentoError):
    code = "HUB_FAILED"


class HubUnreachableError(HubError):
    code = "HUB_UNREACHABLE"

    def __init__(self, reason: str = "") -> None:
        super().__init__(
            "The Hub could not be reached: {reason}.",
            advice="Check the connection and the Hub's address in the settings, then try again. What was fetched is kept.",
            reason=reason,
        )


class HubConsentError(HubError):
    """A gated model, or one that needs a token."""

    code = "HUB_CONSENT"

    def __init__(self, repo: str) -> None:
        super().__init__(
            "The makers of {repo} ask for your consent first.",
            advice="Open its page, accept the terms there, and enter a token of your account here.",
            repo=repo,
        )


class HubTokenError(HubError):
    code = "HUB_TOKEN"

    def __init__(self) -> None:
        super().__init__(
            "The Hub does not accept your token.",
            advice="Make a new one on the Hub's page for tokens, with the right to read, and enter it here.",
        )


class HubNotFoundError(HubError):
    code = "HUB_NOT_FOUND"

    def __init__(self, repo: str) -> None:
        super().__init__(
            "There is no model {repo} on the Hub, or it is not public.",
            advice="Check its name: an owner, a slash and a model. For a private one enter a token.",
            repo=repo,
        )


class HubBusyError(HubError):
    code = "HUB_BUSY"

    def __init__(self, status: int) -> None:
        super().__init__(
            "The Hub answers that it can't serve this now ({status}).",
            advice="Wait some minutes, then go on. What was fetched is kept.",
            status=status,
        )


class DamagedDownloadError(HubError):
    code = "HUB_DAMAGED"

    def __init__(self, file: str) -> None:
        super().__init__(
            "The file {file} arrived damaged: its checksum is another than the Hub says. It was removed.",
            advice="Download it again.",
            file=file,
        )


class DiskRefusedError(StorageError):
    def __init__(self, file: object, reason: object) -> None:
        super().__init__(
            "The download could not be written to {file}: {reason}.",
            advice="Make room on the disk, or choose another models folder, then go on.",
            file=file,
            reason=reason,
        )

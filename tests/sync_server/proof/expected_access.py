"""Who may do what: each operation of the API once. What is not here is not allowed to exist."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.support.server import PASSWORD

Actor = Literal["anonymous", "user", "another", "moderator", "admin"]
Who = Literal["anyone", "signed in", "owner", "owner or admin", "moderator", "admin"]

ALL: tuple[Actor, ...] = ("anonymous", "another", "moderator", "admin", "user")
_REFUSED: Mapping[Who, Mapping[Actor, int]] = {
    "anyone": {},
    "signed in": {"anonymous": 401},
    # Somebody else's thing does not exist.
    "owner": {"anonymous": 401, "another": 404, "moderator": 404, "admin": 404},
    "owner or admin": {"anonymous": 401, "another": 404, "moderator": 404},
    "moderator": {"anonymous": 401, "user": 403, "another": 403},
    "admin": {"anonymous": 401, "user": 403, "another": 403, "moderator": 403},
}


@dataclass(frozen=True, kw_only=True)
class Access:
    """`status` is the reply to everyone who may. In texts {names} stand for the user's things."""

    who: Who
    status: int = 200
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    file: bytes | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    """Names of the path that stand for another thing than usual."""
    without_token: int | None = None
    """Where nobody needs an account, but this is not for everybody: what those without one are told."""

    def status_for(self, actor: Actor) -> int:
        if actor == "anonymous" and self.without_token is not None:
            return self.without_token
        return _REFUSED[self.who].get(actor, self.status)


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_PICTURE = base64.b64encode(PIXEL).decode()
_WORDS = {"prompt": "a house", "image": _PICTURE}
_CANVAS = {
    "name": "mine",
    "canvas_data": _PICTURE,
    "layers": [{"id": "1", "data": _PICTURE}],
    "settings": {"width": 1, "height": 1},
}
_NOBODY = "019bc1a2-0000-7000-8000-00000000ffff"
_PRIVATE = Access(who="owner", without_token=404)
EXPECTED: Mapping[str, Access] = {
    # The server itself
    "GET /health": Access(who="anyone"),
    "GET /api/v1/health": Access(who="anyone"),
    "GET /ready": Access(who="anyone"),
    # The way in
    "POST /users/auth/register": Access(
        who="anyone", status=201, body={"email": "{fresh}@example.com", "password": PASSWORD}
    ),
    "POST /users/auth/login": Access(who="anyone", body={"email": "user@example.com", "password": PASSWORD}),
    "POST /users/auth/two-factor": Access(
        who="anyone", status=401, body={"challenge_token": "not ours", "code": "000000"}
    ),
    "POST /users/auth/token": Access(
        who="anyone", status=401, body={"code": "not ours", "code_verifier": "x" * 43}
    ),
    "POST /users/auth/refresh": Access(who="anyone", status=401, body={"refresh_token": "not ours"}),
    "POST /users/auth/logout": Access(who="signed in"),
    "POST /users/auth/forgot-password": Access(who="anyone", body={"email": "user@example.com"}),
    "POST /users/auth/reset-password": Access(
        who="anyone", status=400, body={"token": "not ours", "new_password": PASSWORD}
    ),
    "POST /users/auth/verify-email": Access(who="anyone", status=400, body={"token": "not ours"}),
    "POST /users/auth/resend-verification": Access(who="signed in", status=409),
    "POST /users/auth/verify": Access(who="signed in", body={}),
    "POST /users/auth/magic-link/request": Access(who="anyone", body={"email": "user@example.com"}),
    "POST /users/auth/magic-link/verify": Access(
        who="anyone", status=401, body={"email": "user@example.com", "code": "000000"}
    ),
    "POST /users/auth/magic-link/check-user": Access(who="anyone", body={"email": "user@example.com"}),
    "GET /users/oauth/{provider}/authorize": Access(who="anyone", status=503),
    "GET /users/oauth/{provider}/callback": Access(who="anyone", status=400),
    "POST /users/oauth/connect": Access(
        who="signed in",
        status=503,
        body={"provider": "github", "authorization_code": "not ours", "code_verifier": "x" * 43},
    ),
    "DELETE /users/oauth/{provider}/disconnect": Access(who="signed in", status=404),
    # One's own account
    "GET /users/me": Access(who="signed in"),
    "PATCH /users/me": Access(who="signed in", body={"full_name": "Ann"}),
    "PATCH /users/me/username": Access(who="signed in", body={"username": "{fresh}"}),
    "POST /users/me/avatar": Access(who="signed in", file=PIXEL),
    "DELETE /users/me": Access(who="signed in", body={"confirmation": "DELETE", "password": PASSWORD}),
    "GET /users/me/settings": Access(who="signed in"),
    "PUT /users/me/settings/profile": Access(who="signed in", body={"full_name": "Ann"}),
    "PUT /users/me/settings/preferences": Access(who="signed in", body={"theme": "dark"}),
    "PUT /users/me/settings/security": Access(
        who="signed in", body={"current_password": PASSWORD, "new_password": "another-7-battery"}
    ),
    "POST /users/me/two-factor/confirm": Access(who="signed in", status=409, body={"code": "000000"}),
    "POST /users/me/two-factor/recovery-codes": Access(
        who="signed in", status=409, body={"current_password": PASSWORD}
    ),
    "GET /users/me/api-keys": Access(who="signed in"),
    "POST /users/me/api-keys": Access(who="signed in", status=403, body={"name": "a script"}),
    "DELETE /users/me/api-keys/{key_id}": Access(who="owner"),
    "GET /users/me/usage": Access(who="signed in"),
    "GET /users/me/export": Access(who="signed in"),
    "POST /users/me/cancel-deletion": Access(who="signed in", status=409),
    "GET /users/me/sessions": Access(who="signed in"),
    "DELETE /users/me/sessions": Access(who="signed in"),
    "DELETE /users/me/sessions/{session_id}": Access(who="owner"),
    # Everybody's accounts
    "GET /users": Access(who="admin"),
    "GET /users/stats": Access(who="admin"),
    "GET /users/{user_id}": Access(who="admin"),
    "PATCH /users/{user_id}": Access(who="admin", body={"role": "moderator"}),
    # Credits
    "GET /payments/credits/balance": Access(who="signed in"),
    "GET /payments/credits/transactions": Access(who="signed in"),
    "GET /payments/credits/packages": Access(who="anyone"),
    "POST /payments/credits/purchase": Access(who="signed in", status=503, body={"package": "credits_100"}),
    # Subscriptions
    "GET /payments/pricing": Access(who="anyone"),
    "GET /payments/subscriptions/plans": Access(who="anyone"),
    "GET /payments/subscriptions/me": Access(who="signed in"),
    "GET /payments/subscriptions/history": Access(who="signed in"),
    "POST /payments/subscriptions/subscribe": Access(who="signed in", status=503, body={"plan": "pro"}),
    "POST /payments/subscriptions/upgrade": Access(who="signed in", status=503, body={"plan": "pro"}),
    "POST /payments/subscriptions/cancel": Access(who="signed in", status=409, body={}),
    "POST /payments/subscriptions/resume": Access(who="signed in", status=409),
    "POST /payments/subscriptions/portal": Access(who="signed in", status=409, body={}),
    "POST /payments/subscriptions/payment-method": Access(who="signed in", status=409, body={}),
    # Providers
    "POST /payments/webhooks/lemon-squeezy": Access(who="anyone", status=503, body={"meta": {}}),
    "POST /payments/webhooks/stripe": Access(who="anyone", status=503, body={"id": "evt"}),
    "GET /payments/webhooks/health": Access(who="anyone"),
    # Pictures: no worker runs here, so what needs a model answers 503 to whoever may ask
    "POST /generation/create": Access(who="signed in", status=503, body={"prompt": "a house"}),
    "POST /generation/batch-create": Access(who="signed in", status=503, body={"prompts": ["a house"]}),
    "POST /generation/run": Access(
        who="signed in",
        status=503,
        body={
            "job_id": _NOBODY,
            "request": {
                "kind": "text_to_image",
                "model": {"id": "starter"},
                "prompt": "a house",
                "seed": 7,
                "width": 256,
                "height": 256,
            },
        },
    ),
    "POST /generation/estimate": Access(who="signed in", status=503, body={"prompt": "a house"}),
    "POST /generation/img2img": Access(who="signed in", status=503, body=_WORDS),
    "POST /generation/variations": Access(who="signed in", status=503, body={"image": _PICTURE}),
    "POST /generation/edit": Access(who="signed in", status=503, body=_WORDS),
    "POST /generation/inpaint": Access(who="signed in", status=503, body={**_WORDS, "mask": _PICTURE}),
    "POST /generation/outpaint": Access(
        who="signed in", status=503, body={"image": _PICTURE, "direction": "left"}
    ),
    "POST /generation/upscale": Access(who="signed in", status=503, body={"image": _PICTURE}),
    "POST /generation/enhance": Access(who="signed in", status=201, body={"image": _PICTURE}),
    "POST /generation/background": Access(who="signed in", status=201, body={"image": _PICTURE}),
    "POST /generation/videos": Access(who="signed in", status=503, body={"prompt": "a river"}),
    "POST /generation/videos/variations": Access(
        who="signed in", status=503, body={"prompt": "rain", "video": _NOBODY}
    ),
    "POST /generation/workflow": Access(who="signed in", status=503, body={"workflow_id": _NOBODY}),
    "GET /generation/jobs": Access(who="signed in"),
    "GET /generation/jobs/{job_id}": Access(who="owner or admin"),
    "GET /generation/jobs/{job_id}/progress": Access(who="owner"),
    "DELETE /generation/jobs/{job_id}": Access(who="owner"),
    "GET /generation/queue/status": Access(who="signed in"),
    "GET /generation/queue/global-status": Access(who="anyone"),
    "GET /generation/stats/me": Access(who="signed in"),
    "POST /generation/prompt/enhance": Access(who="signed in", body={"prompt": "sunset"}),
    "POST /generation/prompt/translate": Access(who="signed in", status=503, body={"prompt": "석양"}),
    "POST /generation/webhooks/fal/{job_id}": Access(who="anyone", status=503, body={}),
    "POST /uploads": Access(who="signed in", status=201, body={"size": 10}),
    "GET /uploads/{upload_id}": Access(who="owner"),
    "POST /uploads/{upload_id}/complete": Access(who="owner", status=409),
    # Models and workflows
    "GET /models": Access(who="anyone"),
    "GET /models/samplers": Access(who="anyone"),
    "GET /models/{model_id}": Access(who="anyone"),
    "GET /models/{model_id}/stats": Access(who="anyone"),
    "GET /models/custom": Access(who="signed in"),
    "GET /models/custom/{custom_id}": Access(who="owner"),
    "POST /models/custom/{custom_id}/share": Access(who="owner", body={"is_public": False}),
    "DELETE /models/custom/{custom_id}": Access(who="owner"),
    "POST /models/train": Access(
        who="signed in", status=503, body={"name": "mine", "images": [{"url": _PICTURE}]}
    ),
    "GET /models/train/{training_id}": Access(who="signed in", status=404),
    "GET /models/train/{training_id}/progress": Access(who="signed in", status=404),
    # The gallery: everything of the user's is private
    "GET /gallery/images": Access(who="signed in"),
    "POST /gallery/images": Access(who="signed in", status=201, body={"image": _PICTURE}),
    "GET /gallery/images/{image_id}": _PRIVATE,
    "PATCH /gallery/images/{image_id}": Access(who="owner", body={"title": "mine"}),
    "DELETE /gallery/images/{image_id}": Access(who="owner"),
    "POST /gallery/images/{image_id}/restore": Access(who="owner", status=404),
    "POST /gallery/images/{image_id}/star": Access(who="owner"),
    "DELETE /gallery/images/{image_id}/star": Access(who="owner"),
    "POST /gallery/images/{image_id}/like": Access(who="owner", status=404),
    "DELETE /gallery/images/{image_id}/like": Access(who="owner", status=404),
    "POST /gallery/images/{image_id}/download": _PRIVATE,
    "POST /gallery/images/{image_id}/report": Access(who="owner", status=422, body={"reason": "spam"}),
    "POST /gallery/images/{image_id}/share": Access(who="owner", body={}),
    "DELETE /gallery/images/{image_id}/share": Access(who="owner"),
    "GET /gallery/trash": Access(who="signed in"),
    "DELETE /gallery/trash": Access(who="signed in"),
    "DELETE /gallery/trash/{image_id}": Access(who="owner", instead={"image_id": "trashed_id"}),
    "GET /gallery/storage": Access(who="signed in"),
    "GET /gallery/shares": Access(who="signed in"),
    "DELETE /gallery/shares/{share_id}": Access(who="owner"),
    "GET /gallery/shared/{token}": Access(who="anyone"),
    "GET /gallery/boards": Access(who="signed in"),
    "POST /gallery/boards": Access(who="signed in", status=201, body={"name": "mine"}),
    "GET /gallery/boards/{board_id}": _PRIVATE,
    "PATCH /gallery/boards/{board_id}": Access(who="owner", body={"name": "still mine"}),
    "DELETE /gallery/boards/{board_id}": Access(who="owner"),
    "POST /gallery/boards/{board_id}/images": Access(
        who="owner", status=201, body={"image_id": "{image_id}"}
    ),
    "DELETE /gallery/boards/{board_id}/images/{image_id}": Access(who="owner"),
    "PATCH /gallery/boards/{board_id}/images/reorder": Access(
        who="owner", body={"image_orders": [{"image_id": "{image_id}", "display_order": 0}]}
    ),
    "POST /gallery/boards/{board_id}/share": Access(who="owner", body={}),
    "DELETE /gallery/boards/{board_id}/share": Access(who="owner"),
    "GET /gallery/public/images": Access(who="anyone"),
    "GET /gallery/public/search": Access(who="anyone", query={"q": "house"}),
    "GET /gallery/public/boards": Access(who="anyone"),
    "GET /gallery/users/{username}": Access(who="anyone"),
    "GET /gallery/users/{username}/images": Access(who="anyone"),
    "GET /gallery/users/{username}/boards": Access(who="anyone"),
    "POST /gallery/users/{username}/block": Access(who="signed in", instead={"username": "stranger"}),
    "DELETE /gallery/users/{username}/block": Access(who="signed in", instead={"username": "stranger"}),
    "GET /gallery/blocked": Access(who="signed in"),
    "GET /gallery/moderation/queue": Access(who="moderator"),
    "POST /gallery/moderation/images/{image_id}": Access(
        who="moderator", status=404, body={"decision": "approve"}
    ),
    "POST /gallery/canvases": Access(who="signed in", status=201, body=_CANVAS),
    "GET /gallery/canvases/{canvas_id}": Access(who="owner"),
    "PUT /gallery/canvases/{canvas_id}": Access(
        who="owner", body={"name": "mine"}, headers={"If-Match": '"1"'}
    ),
    "DELETE /gallery/canvases/{canvas_id}": Access(who="owner"),
    "POST /gallery/canvases/{canvas_id}/assist": Access(
        who="owner",
        status=503,
        body={"prompt": "a tree", "area": {"x": 0, "y": 0, "width": 1, "height": 1}},
    ),
    # Sync
    "GET /sync/state": Access(who="signed in"),
    "GET /sync/changes": Access(who="signed in"),
    "POST /sync/push": Access(who="signed in", headers={"Content-Type": "application/x-ndjson"}),
    "POST /sync/blobs/missing": Access(who="signed in", body={"blobs": []}),
    "POST /sync/blobs": Access(who="signed in", body={"blob": "0" * 64, "size": 1}),
    "POST /sync/blobs/complete": Access(who="signed in", status=409, body={"blob": "0" * 64, "size": 1}),
    "GET /sync/blobs/{blob}": Access(who="owner"),
    "GET /workflows": Access(who="signed in"),
    "POST /workflows": Access(
        who="signed in", status=201, body={"name": "mine", "definition": {"nodes": [], "edges": []}}
    ),
    "GET /workflows/{workflow_id}": Access(who="owner"),
    "PATCH /workflows/{workflow_id}": Access(who="owner", body={"name": "another"}),
    "DELETE /workflows/{workflow_id}": Access(who="owner"),
}

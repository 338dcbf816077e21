"""Google, GitHub and Discord as far as we speak with them: a page that signs in at once, codes with PKCE, who it is."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse

CLIENT = ("client", "client-secret")


@dataclass
class Person:
    """Who sits at the browser and has accounts everywhere."""

    subject: str = "1001"
    email: str | None = "artist@example.com"
    verified: bool = True
    name: str = "Ann Artist"


@dataclass
class OAuthSimulator:
    person: Person = field(default_factory=Person)
    refuses: bool = False
    down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def discovery(request: Request) -> Any:
            if self.down:
                return JSONResponse({"error": "down"}, status_code=503)
            base = str(request.base_url).rstrip("/")
            return {
                "issuer": base,
                "authorization_endpoint": f"{base}/o/oauth2/v2/auth",
                "token_endpoint": f"{base}/token",
                "userinfo_endpoint": f"{base}/v1/userinfo",
            }

        for path in ("/o/oauth2/v2/auth", "/login/oauth/authorize", "/oauth2/authorize"):
            app.get(path)(self._authorize)
        for path in ("/token", "/login/oauth/access_token", "/api/oauth2/token"):
            app.post(path)(self._token)

        @app.get("/v1/userinfo")
        async def google(request: Request) -> Any:
            return self._for(
                request,
                {
                    "sub": self.person.subject,
                    "email": self.person.email,
                    "email_verified": self.person.verified,
                    "name": self.person.name,
                },
            )

        @app.get("/user")
        async def github(request: Request) -> Any:
            # The profile's address is whatever its owner typed.
            profile = {
                "id": int(self.person.subject),
                "login": "ann",
                "name": self.person.name,
                "email": "typed@example.com",
            }
            return self._for(request, profile)

        @app.get("/user/emails")
        async def github_emails(request: Request) -> Any:
            mine = {"email": self.person.email, "primary": True, "verified": self.person.verified}
            other = {"email": "second@example.com", "primary": False, "verified": True}
            return self._for(request, [other, mine] if self.person.email else [])

        @app.get("/api/users/@me")
        async def discord(request: Request) -> Any:
            return self._for(
                request,
                {
                    "id": self.person.subject,
                    "username": "ann",
                    "global_name": self.person.name,
                    "email": self.person.email,
                    "verified": self.person.verified,
                },
            )

        return app

    async def _authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert (asked["client_id"], asked["response_type"]) == (CLIENT[0], "code")
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if self.refuses:
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_hex(8)
            self.codes[answer["code"]] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(answer)}", status_code=302)

    async def _token(
        self,
        code: str = Form(),
        code_verifier: str = Form(),
        redirect_uri: str = Form(),
        client_id: str = Form(),
        client_secret: str = Form(),
        grant_type: str = Form(),
    ) -> JSONResponse:
        if self.down:
            return JSONResponse({"error": "down"}, status_code=503)
        asked = self.codes.pop(code, None)
        digest = hashlib.sha256(code_verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or (client_id, client_secret) != CLIENT
            or grant_type != "authorization_code"
            or asked["redirect_uri"] != redirect_uri
            or asked["code_challenge"] != challenge
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        token = secrets.token_hex(8)
        self.tokens.add(token)
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 600})

    def _for(self, request: Request, answer: Any) -> Any:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return answer if token in self.tokens else JSONResponse({"error": "who are you"}, status_code=401)

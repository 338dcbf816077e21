"""/users/me: profile, name, settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile

from shared.contracts.profiles import (
    AccountSettings,
    Avatar,
    Preferences,
    PreferencesChange,
    Profile,
    ProfileChange,
    UsernameChange,
    UsernameChanged,
    WholeProfileChange,
)
from sync_server.accounts.avatars import MAX_BYTES
from sync_server.accounts.routes.dependencies import TheAvatars
from sync_server.accounts.service import Avatars, Owner, OwnerAuthenticator, Profiles
from sync_server.platform.edge import AccountAsker, AllTransactions, Principal, SignedIn, service
from sync_server.platform.errors import (
    FileTooLargeError,
    InvalidParametersError,
    UnprocessableError,
    UnsupportedMediaTypeError,
    UserExistsError,
    ValidationFailedError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.ports import World
from sync_server.platform.replies import Reply
from sync_server.platform.work import Transactions

router = APIRouter(prefix="/me", tags=["profile"])

TheProfiles = Annotated[Profiles, service(Profiles)]
_CHANGE_ERRORS = (
    ValidationFailedError,
    InvalidParametersError,
    FileTooLargeError,
    UnsupportedMediaTypeError,
)


@asynccontextmanager
async def _changing(
    asked: ProfileChange, principal: Principal, avatars: Avatars, transactions: Transactions
) -> AsyncIterator[Profiles]:
    """With the avatar, which is fetched before, where the change names one."""
    opened = (
        avatars.changing(principal.user_id, asked.avatar_url)
        if "avatar_url" in asked.model_fields_set
        else transactions.begin()
    )
    async with opened as work:
        yield work.get(Profiles)


@router.get("", summary="Everything a client shows at its start", responses=errors())
async def me(owner: Annotated[Owner, Depends(AccountAsker(OwnerAuthenticator))]) -> Reply[Profile]:
    """Also for an account in deletion, so that its owner sees until when it can be taken back."""
    return Reply(data=owner.profile)


@router.patch(
    "",
    summary="Change the profile",
    responses=errors(*_CHANGE_ERRORS, UserExistsError, UnprocessableError),
)
async def change(
    asked: WholeProfileChange, principal: SignedIn, avatars: TheAvatars, transactions: AllTransactions
) -> Reply[Profile]:
    async with _changing(asked, principal, avatars, transactions) as profiles:
        if asked.username is not None:
            await profiles.change_username(principal.user_id, asked.username)
        await profiles.change(principal.user_id, asked)
        return Reply(data=await profiles.profile(principal.user_id))


@router.patch(
    "/username",
    summary="Change the username, once in 30 days",
    responses=errors(UserExistsError, UnprocessableError),
)
async def change_username(
    asked: UsernameChange, principal: SignedIn, profiles: TheProfiles
) -> Reply[UsernameChanged]:
    return Reply(data=await profiles.change_username(principal.user_id, asked.username))


@router.post(
    "/avatar",
    summary="Set the avatar",
    responses=errors(FileTooLargeError, UnsupportedMediaTypeError),
)
async def set_avatar(
    principal: SignedIn,
    avatars: TheAvatars,
    world: Annotated[World, service(World)],
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 5 MB.")],
) -> Reply[Avatar]:
    """The middle square, 256x256, without metadata."""
    address = await avatars.set(principal.user_id, await file.read(MAX_BYTES + 1))
    return Reply(data=Avatar(avatar_url=address, uploaded_at=world.clock()))


@router.get("/settings", summary="All settings", responses=errors())
async def settings(principal: SignedIn, profiles: TheProfiles) -> Reply[AccountSettings]:
    return Reply(data=await profiles.settings(principal.user_id))


@router.put("/settings/profile", summary="Set the profile", responses=errors(*_CHANGE_ERRORS))
async def set_profile(
    asked: ProfileChange, principal: SignedIn, avatars: TheAvatars, transactions: AllTransactions
) -> Reply[AccountSettings]:
    async with _changing(asked, principal, avatars, transactions) as profiles:
        await profiles.change(principal.user_id, asked)
        return Reply(data=await profiles.settings(principal.user_id))


@router.put("/settings/preferences", summary="Set preferences", responses=errors(ValidationFailedError))
async def set_preferences(
    asked: PreferencesChange, principal: SignedIn, profiles: TheProfiles
) -> Reply[Preferences]:
    return Reply(data=await profiles.change_preferences(principal.user_id, asked))
